// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "box.hpp"

#include <array>

namespace heat {

/// How well a material conducts at a temperature T, fitted to measurements as
/// k[0] + k[1] T + ... + k[4] T^4.
using Conductivity = std::array<float, 5>;

/// One explicit step: heat flows through each of a cell's six faces in proportion to the
/// difference of temperature and to the conductivity at the face's mean temperature. What one cell
/// loses its neighbour gains. Stable while `step` times the conductivity stays below 1/6.
/// `before` must be wrapped; `after` is not.
void diffuse(const Box& before, Box& after, const Conductivity& conductivity, float step);

}  // namespace heat
