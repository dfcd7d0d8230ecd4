// SPDX-License-Identifier: Apache-2.0
#pragma once

// Made by the build; without it the numbers are doubles.
#if __has_include("config.hpp")
#include "config.hpp"
#endif

namespace blast {

#ifdef BLAST_PRECISION_single
using Real = float;
#else
using Real = double;
#endif

}  // namespace blast
