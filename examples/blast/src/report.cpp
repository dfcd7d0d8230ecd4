// SPDX-License-Identifier: Apache-2.0
#include "report.hpp"

#include <cmath>
#include <cstdio>

namespace blast {

bool report(const Options& options, int processes, const Outcome& outcome) {
  const bool good = std::fabs(outcome.mass_error) < outcome.tolerance &&
                    std::fabs(outcome.energy_error) < outcome.tolerance;
  const double cells = static_cast<double>(options.cells) * options.cells * options.cells;
  std::printf("cells: %d^3, steps: %d, processes: %d\n", options.cells, options.steps, processes);
  std::printf("time: %.4f, front: %.3f\n", outcome.time, outcome.radius);
  std::printf("check: %s\n", good ? "ok" : "gas or energy was made or lost");
  std::printf("rate: %.2f Mcell/s\n", cells * options.steps / outcome.seconds / 1e6);
  return good;
}

}  // namespace blast
