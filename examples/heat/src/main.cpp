// SPDX-License-Identifier: Apache-2.0
//
// Heat spreads in a periodic box of a material that conducts better or worse with temperature.
// Checks its own kernel and its result, and says how many cells per second it got through.
// Exit code 1: a check failed. 2: wrong usage or input.
#include "diffusion.hpp"
#include "solution.hpp"

#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <utility>

namespace {

struct Problem {
  int cells = 96;
  int steps = 240;
  heat::Mode mode = {1, 1, 1};
  heat::Conductivity conductivity = {2.20F, -2.45F, 1.60F, -0.52F, 0.07F};
};

constexpr float k_step = 0.02F;
constexpr double k_height = 0.5;  // temperatures begin between 0.5 and 1.5

// One `name value...` line into the problem; false when it is not understood.
bool read_line(const std::string& line, Problem& problem) {
  std::istringstream words(line.substr(0, line.find('#')));
  std::string name;
  if (!(words >> name)) return true;
  if (name == "cells") return static_cast<bool>(words >> problem.cells);
  if (name == "steps") return static_cast<bool>(words >> problem.steps);
  if (name == "mode") {
    for (int& waves : problem.mode) words >> waves;
  } else if (name == "conductivity") {
    for (float& coefficient : problem.conductivity) words >> coefficient;
  } else {
    return false;
  }
  return static_cast<bool>(words);
}

std::optional<Problem> read_problem(const char* path) {
  Problem problem;
  std::ifstream file(path);
  std::string line;
  if (!file) return std::nullopt;
  while (std::getline(file, line))
    if (!read_line(line, problem)) return std::nullopt;
  return problem;
}

std::optional<Problem> read_arguments(int count, char** values) {
  std::optional<Problem> problem = Problem{};
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string name = values[i];
    if (name == "--input") problem = read_problem(values[i + 1]);
    if (!problem) return std::nullopt;
    if (name == "--cells") problem->cells = std::atoi(values[i + 1]);
    if (name == "--steps") problem->steps = std::atoi(values[i + 1]);
    if (name != "--input" && name != "--cells" && name != "--steps") return std::nullopt;
  }
  const bool sensible = count % 2 == 1 && problem->cells >= 4 && problem->cells <= 1024 &&
                        problem->steps >= 1 && problem->steps <= 10'000'000;
  return sensible ? problem : std::nullopt;
}

void spread(heat::Box& box, const heat::Conductivity& conductivity, int steps) {
  heat::Box next(box.cells());
  for (int i = 0; i < steps; ++i) {
    box.wrap();
    heat::diffuse(box, next, conductivity, k_step);
    std::swap(box, next);
  }
}

// With the same conductivity everywhere the result is known exactly.
bool kernel_is_right(const heat::Mode& mode) {
  constexpr int cells = 20;
  constexpr int steps = 40;
  heat::Box box(cells);
  heat::fill_with_wave(box, mode, k_height);
  spread(box, {1, 0, 0, 0, 0}, steps);
  const double factor = std::pow(heat::decay_per_step(mode, cells, k_step), steps);
  return heat::largest_error(box, mode, k_height * factor) < 1e-5;
}

// Heat is neither made nor lost, and nothing gets hotter or colder than anything was before.
bool result_is_right(const heat::Summary& before, const heat::Summary& after) {
  return std::abs(after.total - before.total) < 1e-4 * before.total &&
         after.coldest >= before.coldest && after.hottest <= before.hottest;
}

}  // namespace

int main(int count, char** values) {
  const auto problem = read_arguments(count, values);
  if (!problem) {
    std::fprintf(stderr, "usage: heat [--input FILE] [--cells 4..1024] [--steps N]\n");
    return 2;
  }
  heat::Box box(problem->cells);
  heat::fill_with_wave(box, problem->mode, k_height);
  const heat::Summary before = heat::summarize(box);

  const auto start = std::chrono::steady_clock::now();
  spread(box, problem->conductivity, problem->steps);
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;

  const heat::Summary after = heat::summarize(box);
  const bool good = kernel_is_right(problem->mode) && result_is_right(before, after);
  const double updates = std::pow(problem->cells, 3) * problem->steps;
  std::printf("cells: %d^3, steps: %d\n", problem->cells, problem->steps);
  // Few digits: a processor with fused multiply-add rounds the last ones differently.
  std::printf("mean: %.3f, coldest: %.3f, hottest: %.3f\n", after.total / std::pow(box.cells(), 3),
              after.coldest, after.hottest);
  std::printf("check: %s\n", good ? "ok" : "WRONG");
  std::printf("rate: %.1f Mcell/s\n", updates / time.count() * 1e-6);
  return good ? 0 : 1;
}
