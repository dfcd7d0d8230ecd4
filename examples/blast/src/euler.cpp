// SPDX-License-Identifier: Apache-2.0
#include "euler.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace blast {
namespace {

struct State {
  Real rho = 0;
  std::array<Real, 3> p = {};
  Real energy = 0;
};

/// What flows through a face, and how fast its signals are.
struct Side {
  State flux;
  Real speed = 0;
};

inline Side side_of(const State& s, std::size_t axis) {
  const Real inverse = Real{1} / s.rho;
  const Real v = s.p[axis] * inverse;
  const Real square = (s.p[0] * s.p[0] + s.p[1] * s.p[1] + s.p[2] * s.p[2]) * inverse;
  const Real pressure = (k_gamma - 1) * (s.energy - Real{0.5} * square);
  Side side;
  side.flux.rho = s.p[axis];
  for (std::size_t i = 0; i < 3; ++i) side.flux.p[i] = s.p[i] * v;
  side.flux.p[axis] += pressure;
  side.flux.energy = (s.energy + pressure) * v;
  side.speed = std::fabs(v) + std::sqrt(k_gamma * std::max(pressure, Real{0}) * inverse);
  return side;
}

/// What flows through a face whose normal is `axis`, from `left` to `right`.
inline State flux(const State& left, const State& right, std::size_t axis) {
  const Side a = side_of(left, axis);
  const Side b = side_of(right, axis);
  const Real speed = std::max(a.speed, b.speed);
  const auto mean = [speed](Real fa, Real fb, Real ua, Real ub) {
    return Real{0.5} * (fa + fb - speed * (ub - ua));
  };
  State f;
  f.rho = mean(a.flux.rho, b.flux.rho, left.rho, right.rho);
  for (std::size_t i = 0; i < 3; ++i)
    f.p[i] = mean(a.flux.p[i], b.flux.p[i], left.p[i], right.p[i]);
  f.energy = mean(a.flux.energy, b.flux.energy, left.energy, right.energy);
  return f;
}

inline State state_at(const Gas& gas, int z, std::ptrdiff_t cell) {
  return {.rho = gas.plane(0, z)[cell],
          .p = {gas.plane(1, z)[cell], gas.plane(2, z)[cell], gas.plane(3, z)[cell]},
          .energy = gas.plane(4, z)[cell]};
}

/// The gas behind a wall: what hits it comes back.
inline State mirrored(State state, std::size_t axis) {
  state.p[axis] = -state.p[axis];
  return state;
}

/// What comes in through the two faces of an axis, more than goes out.
inline State inflow(const State& before, const State& here, const State& behind, std::size_t axis) {
  const State in = flux(before, here, axis);
  const State out = flux(here, behind, axis);
  State f;
  f.rho = in.rho - out.rho;
  for (std::size_t i = 0; i < 3; ++i) f.p[i] = in.p[i] - out.p[i];
  f.energy = in.energy - out.energy;
  return f;
}

inline State advanced(const Gas& now, int x, int y, int z, Real ratio) {
  const int n = now.cells();
  const std::ptrdiff_t cell = std::ptrdiff_t{y} * n + x;
  const State here = state_at(now, z, cell);
  const State along_x = inflow(x > 0 ? state_at(now, z, cell - 1) : mirrored(here, 0), here,
                               x + 1 < n ? state_at(now, z, cell + 1) : mirrored(here, 0), 0);
  const State along_y = inflow(y > 0 ? state_at(now, z, cell - n) : mirrored(here, 1), here,
                               y + 1 < n ? state_at(now, z, cell + n) : mirrored(here, 1), 1);
  const State along_z = inflow(state_at(now, z - 1, cell), here, state_at(now, z + 1, cell), 2);
  State next;
  next.rho = here.rho + ratio * (along_x.rho + along_y.rho + along_z.rho);
  for (std::size_t i = 0; i < 3; ++i)
    next.p[i] = here.p[i] + ratio * (along_x.p[i] + along_y.p[i] + along_z.p[i]);
  next.energy = here.energy + ratio * (along_x.energy + along_y.energy + along_z.energy);
  return next;
}

}  // namespace

void advance(const Gas& now, Gas& next, Real ratio) {
  const int n = now.cells();
#pragma omp parallel for
  for (int z = 0; z < now.planes(); ++z) {
    for (int y = 0; y < n; ++y) {
      for (int x = 0; x < n; ++x) {
        const State state = advanced(now, x, y, z, ratio);
        const std::ptrdiff_t cell = std::ptrdiff_t{y} * n + x;
        next.plane(0, z)[cell] = state.rho;
        for (int i = 0; i < 3; ++i)
          next.plane(1 + i, z)[cell] = state.p[static_cast<std::size_t>(i)];
        next.plane(4, z)[cell] = state.energy;
      }
    }
  }
}

}  // namespace blast
