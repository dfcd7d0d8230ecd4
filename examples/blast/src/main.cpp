// SPDX-License-Identifier: Apache-2.0
//
// A point explosion in a gas: the Euler equations in three dimensions, on one core or many, in one
// process or many, in double or single precision. Checks that no gas and no energy was made or
// lost, and says how many cells per second it got through. Exit code 1: a check failed. 2: wrong
// usage.
#include "euler.hpp"
#include "explosion.hpp"
#include "options.hpp"
#include "processes.hpp"
#include "report.hpp"
#include "time_step.hpp"
#include "totals.hpp"

#include <chrono>
#include <cstdio>
#include <limits>
#include <utility>

namespace blast {

void mirror_plane(Gas& gas, int inside, int outside) {
  for (int field = 0; field < k_fields; ++field) {
    const Real* from = gas.plane(field, inside);
    Real* to = gas.plane(field, outside);
    const Real sign = field == 3 ? Real{-1} : Real{1};
    for (std::ptrdiff_t i = 0; i < gas.plane_size(); ++i) to[i] = sign * from[i];
  }
}

namespace {

double error_of(double now, double before) {
  return now / before - 1;
}

int run(const Processes& processes, const Options& options) {
  const int first = options.cells * processes.rank() / processes.count();
  const int end = options.cells * (processes.rank() + 1) / processes.count();
  Gas now(options.cells, end - first);
  Gas next(options.cells, end - first);
  explode(now, first);
  const Totals before = totals_of(now);
  Outcome outcome{};
  outcome.tolerance = 1e4 * std::numeric_limits<Real>::epsilon();
  const auto start = std::chrono::steady_clock::now();
  for (int step = 0; step < options.steps; ++step) {
    processes.fill_borders(now);
    const double ratio = 0.15 / processes.largest(fastest_signal(now));
    advance(now, next, static_cast<Real>(ratio));
    std::swap(now, next);
    outcome.time += ratio / options.cells;
  }
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  outcome.seconds = seconds.count();
  const Totals after = totals_of(now);
  outcome.mass_error = error_of(processes.sum(after.mass), processes.sum(before.mass));
  outcome.energy_error = error_of(processes.sum(after.energy), processes.sum(before.energy));
  outcome.radius = processes.largest(front_of(now, first));
  bool good = true;
  if (processes.rank() == 0) good = report(options, processes.count(), outcome);
  return good ? 0 : 1;
}

}  // namespace
}  // namespace blast

int main(int argc, char** argv) {
  const blast::Processes processes(&argc, &argv);
  blast::Options options;
  const bool understood = blast::read_options(argc, argv, options);
  if (!understood || options.cells < processes.count()) {
    if (processes.rank() == 0) std::fprintf(stderr, "usage: blast [--cells N] [--steps N]\n");
    return 2;
  }
  return blast::run(processes, options);
}
