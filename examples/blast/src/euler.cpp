// SPDX-License-Identifier: Apache-2.0
#include "euler.hpp"

#include <algorithm>
#include <cmath>

namespace blast {
namespace {

struct State {
  Real rho;
  Real p[3];
  Real energy;
};

/// What flows through a face whose normal is `axis`, from `left` to `right`.
inline State flux(const State& left, const State& right, int axis) {
  const auto sides = [axis](const State& s, State& f, Real& speed) {
    const Real inverse = Real(1) / s.rho;
    const Real v = s.p[axis] * inverse;
    const Real square = (s.p[0] * s.p[0] + s.p[1] * s.p[1] + s.p[2] * s.p[2]) * inverse;
    const Real pressure = (k_gamma - 1) * (s.energy - Real(0.5) * square);
    f.rho = s.p[axis];
    for (int i = 0; i < 3; ++i) f.p[i] = s.p[i] * v;
    f.p[axis] += pressure;
    f.energy = (s.energy + pressure) * v;
    speed = std::fabs(v) + std::sqrt(k_gamma * std::max(pressure, Real(0)) * inverse);
  };
  State a;
  State b;
  Real fast_a;
  Real fast_b;
  sides(left, a, fast_a);
  sides(right, b, fast_b);
  const Real speed = std::max(fast_a, fast_b);
  const auto mean = [speed](Real fa, Real fb, Real ua, Real ub) {
    return Real(0.5) * (fa + fb - speed * (ub - ua));
  };
  State f;
  f.rho = mean(a.rho, b.rho, left.rho, right.rho);
  for (int i = 0; i < 3; ++i) f.p[i] = mean(a.p[i], b.p[i], left.p[i], right.p[i]);
  f.energy = mean(a.energy, b.energy, left.energy, right.energy);
  return f;
}

inline State state_at(const Gas& gas, int z, std::ptrdiff_t cell) {
  return {gas.plane(0, z)[cell],
          {gas.plane(1, z)[cell], gas.plane(2, z)[cell], gas.plane(3, z)[cell]},
          gas.plane(4, z)[cell]};
}

/// The gas behind a wall: what hits it comes back.
inline State mirrored(State state, int axis) {
  state.p[axis] = -state.p[axis];
  return state;
}

}  // namespace

void advance(const Gas& now, Gas& next, Real ratio) {
  const int n = now.cells();
#pragma omp parallel for
  for (int z = 0; z < now.planes(); ++z) {
    for (int y = 0; y < n; ++y) {
      const std::ptrdiff_t row = std::ptrdiff_t(y) * n;
      for (int x = 0; x < n; ++x) {
        const std::ptrdiff_t cell = row + x;
        const State here = state_at(now, z, cell);
        const State left = x > 0 ? state_at(now, z, cell - 1) : mirrored(here, 0);
        const State right = x + 1 < n ? state_at(now, z, cell + 1) : mirrored(here, 0);
        const State front = y > 0 ? state_at(now, z, cell - n) : mirrored(here, 1);
        const State back = y + 1 < n ? state_at(now, z, cell + n) : mirrored(here, 1);
        const State below = state_at(now, z - 1, cell);
        const State above = state_at(now, z + 1, cell);
        const State in_x = flux(left, here, 0);
        const State out_x = flux(here, right, 0);
        const State in_y = flux(front, here, 1);
        const State out_y = flux(here, back, 1);
        const State in_z = flux(below, here, 2);
        const State out_z = flux(here, above, 2);
        next.plane(0, z)[cell] =
            here.rho + ratio * (in_x.rho - out_x.rho + in_y.rho - out_y.rho + in_z.rho - out_z.rho);
        for (int i = 0; i < 3; ++i)
          next.plane(1 + i, z)[cell] = here.p[i] + ratio * (in_x.p[i] - out_x.p[i] + in_y.p[i] -
                                                            out_y.p[i] + in_z.p[i] - out_z.p[i]);
        next.plane(4, z)[cell] =
            here.energy + ratio * (in_x.energy - out_x.energy + in_y.energy - out_y.energy +
                                   in_z.energy - out_z.energy);
      }
    }
  }
}

}  // namespace blast
