// SPDX-License-Identifier: Apache-2.0
#include "explosion.hpp"

#include <algorithm>
#include <cmath>

namespace blast {

void explode(Gas& gas, int first_plane) {
  const std::ptrdiff_t size = gas.plane_size();
  constexpr int k_hot = 2;  // cells along each edge of the explosion
  for (int z = 0; z < gas.planes(); ++z) {
    std::fill_n(gas.plane(0, z), size, Real{1});
    for (int field = 1; field < 4; ++field) std::fill_n(gas.plane(field, z), size, Real{0});
    std::fill_n(gas.plane(4, z), size, Real{1e-3});
    if (first_plane + z >= k_hot) continue;
    for (int y = 0; y < k_hot; ++y)
      for (int x = 0; x < k_hot; ++x) gas.plane(4, z)[y * gas.cells() + x] = Real{200};
  }
}

double front_of(const Gas& gas, int first_plane) {
  double densest = 1.01;
  double radius = 0;
  for (int z = 0; z < gas.planes(); ++z) {
    for (int y = 0; y < gas.cells(); ++y) {
      for (int x = 0; x < gas.cells(); ++x) {
        const auto density = static_cast<double>(gas.plane(0, z)[y * gas.cells() + x]);
        if (density <= densest) continue;
        densest = density;
        const double from_z = first_plane + z + 0.5;
        radius = std::sqrt((x + 0.5) * (x + 0.5) + (y + 0.5) * (y + 0.5) + from_z * from_z);
      }
    }
  }
  return radius / gas.cells();
}

}  // namespace blast
