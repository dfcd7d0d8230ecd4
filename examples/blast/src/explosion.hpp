// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gas.hpp"

namespace blast {

/// Gas at rest, with all the energy in the corner cells of the box, which mirrors make the middle
/// of a larger one (L. I. Sedov, 1946). `first_plane`: where the slab begins.
void explode(Gas& gas, int first_plane);

/// How far the densest cell of the slab is from the corner, 0 where nothing has happened yet.
double front_of(const Gas& gas, int first_plane);

}  // namespace blast
