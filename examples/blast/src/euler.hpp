// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gas.hpp"

namespace blast {

/// One step of the Euler equations by Rusanov's fluxes: from `now` into `next`. `ratio`: the step's
/// time over the edge of a cell. The planes below and above the slab must be filled.
void advance(const Gas& now, Gas& next, Real ratio);

}  // namespace blast
