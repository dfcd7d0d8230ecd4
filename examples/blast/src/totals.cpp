// SPDX-License-Identifier: Apache-2.0
#include "totals.hpp"

namespace blast {

Totals totals_of(const Gas& gas) {
  Totals totals;
  for (int z = 0; z < gas.planes(); ++z) {
    double mass = 0;
    double energy = 0;
    for (std::ptrdiff_t i = 0; i < gas.plane_size(); ++i) {
      mass += static_cast<double>(gas.plane(0, z)[i]);
      energy += static_cast<double>(gas.plane(4, z)[i]);
    }
    totals.mass += mass;
    totals.energy += energy;
  }
  return totals;
}

}  // namespace blast
