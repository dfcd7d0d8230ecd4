// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gas.hpp"

namespace blast {

struct Totals {
  double mass = 0;
  double energy = 0;
};
/// Of the slab, added plane by plane: the same on any number of threads.
Totals totals_of(const Gas& gas);

}  // namespace blast
