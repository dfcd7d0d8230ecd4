// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gas.hpp"

namespace blast {

/// The fastest signal in the slab: speed of the gas and sound in it together.
double fastest_signal(const Gas& gas);

}  // namespace blast
