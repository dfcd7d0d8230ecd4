// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config.hpp"

namespace blast {

#ifdef BLAST_PRECISION_single
using Real = float;
#else
using Real = double;
#endif

}  // namespace blast
