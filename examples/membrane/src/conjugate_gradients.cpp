// SPDX-License-Identifier: Apache-2.0
#include "conjugate_gradients.hpp"

#include <cblas.h>

namespace membrane {
namespace {

constexpr int k_most_steps = 1000;
constexpr double k_tolerance = 1e-12;

double product(const Processes& processes, const Strip& a, const Strip& b) {
  return processes.sum(cblas_ddot(a.size(), a.values(), 1, b.values(), 1));
}

void add(double factor, const Strip& from, Strip& to) {
  cblas_daxpy(from.size(), factor, from.values(), 1, to.values(), 1);
}

}  // namespace

int solve_membrane(const Processes& processes, StripSolver& solver, const Strip& load,
                   Strip& shape) {
  Strip rest = load;
  Strip guess(load.rows(), load.columns());
  Strip change(load.rows(), load.columns());
  Strip effect(load.rows(), load.columns());
  cblas_dscal(shape.size(), 0, shape.values(), 1);
  const double enough = k_tolerance * k_tolerance * product(processes, load, load);
  double before = 1;
  for (int step = 1; step <= k_most_steps; ++step) {
    solver.solve(rest, guess);
    const double now = product(processes, rest, guess);
    cblas_dscal(change.size(), step == 1 ? 0 : now / before, change.values(), 1);
    add(1, guess, change);
    before = now;
    processes.fill_borders(change);
    apply_operator(change, effect);
    const double length = now / product(processes, change, effect);
    add(length, change, shape);
    add(-length, effect, rest);
    if (product(processes, rest, rest) <= enough) return step;
  }
  return 0;
}

}  // namespace membrane
