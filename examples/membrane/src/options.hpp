// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace membrane {

struct Options {
  int points = 400;  // along each edge of the membrane
  int solves = 3;    // how often the same is computed, for the rate
};

/// Reads `--points N --solves N`; false when the command line is not understood.
bool read_options(int argc, char** argv, Options& options);

}  // namespace membrane
