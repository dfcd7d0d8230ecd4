// SPDX-License-Identifier: Apache-2.0
//
// The shape of a square membrane under a load (Poisson's equation), in one process or many. The
// load is made for a shape that is known: that is the check. Says how fast the solver's products of
// matrices were. Exit code 1: the check failed. 2: wrong usage.
#include "conjugate_gradients.hpp"
#include "options.hpp"
#include "processes.hpp"
#include "strip.hpp"
#include "strip_solver.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>

namespace membrane {
namespace {

/// Zero at the frame, where x or y is 0 or 1.
double known_shape(double x, double y) {
  return x * (1 - x) * y * (1 - y) * std::exp(x - 2 * y);
}

void fill_with_known_shape(Strip& shape, int first_row) {
  const double gap = 1.0 / (shape.columns() + 1);
  for (int y = 0; y < shape.rows(); ++y) {
    for (int x = 0; x < shape.columns(); ++x)
      shape.row(y)[x] = known_shape((x + 1) * gap, (first_row + y + 1) * gap);
  }
}

double largest_difference(const Strip& a, const Strip& b) {
  double largest = 0;
  for (int i = 0; i < a.size(); ++i)
    largest = std::max(largest, std::fabs(a.values()[i] - b.values()[i]));
  return largest;
}

double largest_value(const Strip& strip) {
  return *std::max_element(strip.values(), strip.values() + strip.size());
}

int run(const Processes& processes, const Options& options) {
  const int first = options.points * processes.rank() / processes.count();
  const int end = options.points * (processes.rank() + 1) / processes.count();
  Strip known(end - first, options.points);
  Strip load = known;
  Strip shape = known;
  fill_with_known_shape(known, first);
  processes.fill_borders(known);
  apply_operator(known, load);

  StripSolver solver(end - first, options.points);
  int steps = 0;
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < options.solves; ++i) steps = solve_membrane(processes, solver, load, shape);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;

  const double error = processes.largest(largest_difference(shape, known));
  const double highest = processes.largest(largest_value(shape));
  const double operations = processes.sum(solver.operations()) * steps * options.solves;
  const bool good = steps > 0 && error < 1e-9;
  if (processes.rank() == 0) {
    std::printf("points: %d^2, processes: %d\n", options.points, processes.count());
    std::printf("steps: %d, highest: %.8f\n", steps, highest);
    std::printf("check: %s\n", good ? "ok" : "not the known shape");
    std::printf("rate: %.2f Gflop/s\n", operations / seconds.count() / 1e9);
  }
  return good ? 0 : 1;
}

}  // namespace
}  // namespace membrane

int main(int argc, char** argv) {
  const membrane::Processes processes(&argc, &argv);
  membrane::Options options;
  const bool understood = membrane::read_options(argc, argv, options);
  if (!understood || options.points < processes.count()) {
    if (processes.rank() == 0) std::fprintf(stderr, "usage: membrane [--points N] [--solves N]\n");
    return 2;
  }
  return membrane::run(processes, options);
}
