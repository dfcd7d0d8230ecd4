// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "options.hpp"

namespace blast {

/// What a run has come to, in every configuration as double.
struct Outcome {
  double time = 0;          // reached
  double mass_error = 0;    // relative to what there was at the beginning
  double energy_error = 0;  // likewise
  double radius = 0;        // of the front, the edge of the box being 1
  double seconds = 0;
  double tolerance = 0;  // of the errors, as the numbers of this program allow
};

/// Prints it; false when gas or energy were made or lost.
bool report(const Options& options, int processes, const Outcome& outcome);

}  // namespace blast
