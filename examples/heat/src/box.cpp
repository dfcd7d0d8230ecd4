// SPDX-License-Identifier: Apache-2.0
#include "box.hpp"

#include <algorithm>

namespace heat {

Box::Box(int cells)
    : cells_(cells),
      row_(cells + 2),
      plane_(row_ * row_),
      values_(static_cast<std::size_t>(plane_ * row_)) {}

void Box::wrap() {
  // Cells first, then whole rows, then whole planes: corners come along with the later copies.
#pragma omp parallel for
  for (int z = 0; z < cells_; ++z) {
    for (int y = 0; y < cells_; ++y) {
      float* const cell = at(y, z);
      cell[-1] = cell[cells_ - 1];
      cell[cells_] = cell[0];
    }
    std::copy_n(at(cells_ - 1, z) - 1, row_, at(-1, z) - 1);
    std::copy_n(at(0, z) - 1, row_, at(cells_, z) - 1);
  }
  std::copy_n(at(-1, cells_ - 1) - 1, plane_, at(-1, -1) - 1);
  std::copy_n(at(-1, 0) - 1, plane_, at(-1, cells_) - 1);
}

Summary summarize(const Box& box) {
  Summary summary{0, *box.at(0, 0), *box.at(0, 0)};
  for (int z = 0; z < box.cells(); ++z) {
    double plane = 0;
    for (int y = 0; y < box.cells(); ++y) {
      const float* const cell = box.at(y, z);
      for (int x = 0; x < box.cells(); ++x) {
        plane += cell[x];
        summary.coldest = std::min(summary.coldest, cell[x]);
        summary.hottest = std::max(summary.hottest, cell[x]);
      }
    }
    summary.total += plane;
  }
  return summary;
}

}  // namespace heat
