// SPDX-License-Identifier: Apache-2.0
#include "time_step.hpp"

#include <algorithm>
#include <cmath>

namespace blast {

double fastest_signal(const Gas& gas) {
  double fastest = 0;
  const std::ptrdiff_t size = gas.plane_size();
#pragma omp parallel for reduction(max : fastest)
  for (int z = 0; z < gas.planes(); ++z) {
    const Real* rho = gas.plane(0, z);
    const Real* px = gas.plane(1, z);
    const Real* py = gas.plane(2, z);
    const Real* pz = gas.plane(3, z);
    const Real* energy = gas.plane(4, z);
    Real largest = 0;
    for (std::ptrdiff_t i = 0; i < size; ++i) {
      const Real inverse = Real{1} / rho[i];
      const Real square = (px[i] * px[i] + py[i] * py[i] + pz[i] * pz[i]) * inverse * inverse;
      const Real pressure = (k_gamma - 1) * (energy[i] - Real{0.5} * rho[i] * square);
      const Real sound = std::sqrt(k_gamma * std::max(pressure, Real{0}) * inverse);
      largest = std::max(largest, std::sqrt(square) + sound);
    }
    fastest = std::max(fastest, static_cast<double>(largest));
  }
  return fastest;
}

}  // namespace blast
