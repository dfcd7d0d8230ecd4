// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace blast {

struct Options {
  int cells = 48;  // along each edge of the box
  int steps = 60;
};

/// Reads `--cells N --steps N`; false when the command line is not understood.
bool read_options(int argc, char** argv, Options& options);

}  // namespace blast
