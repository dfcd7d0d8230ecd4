// SPDX-License-Identifier: Apache-2.0
#include "strip.hpp"

namespace membrane {

void apply_operator(const Strip& shape, Strip& load) {
  const int last = shape.columns() - 1;
  for (int y = 0; y < shape.rows(); ++y) {
    const double* below = shape.row(y - 1);
    const double* here = shape.row(y);
    const double* above = shape.row(y + 1);
    double* result = load.row(y);
    result[0] = 4 * here[0] - here[1] - below[0] - above[0];
    for (int x = 1; x < last; ++x)
      result[x] = 4 * here[x] - here[x - 1] - here[x + 1] - below[x] - above[x];
    result[last] = 4 * here[last] - here[last - 1] - below[last] - above[last];
  }
}

}  // namespace membrane
