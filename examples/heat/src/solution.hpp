// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "box.hpp"

#include <array>

namespace heat {

/// Waves per side of the box in x, y and z.
using Mode = std::array<int, 3>;

/// 1 + height * (a product of sines).
void fill_with_wave(Box& box, const Mode& mode, double height);

/// The factor by which one step shrinks that wave when the conductivity is 1 at all temperatures:
/// exact for the discrete operator, so that a result can be checked down to rounding.
double decay_per_step(const Mode& mode, int cells, double step);

/// Largest difference of any cell from the wave of that height.
double largest_error(const Box& box, const Mode& mode, double height);

}  // namespace heat
