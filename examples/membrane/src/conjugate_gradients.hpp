// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "processes.hpp"
#include "strip.hpp"
#include "strip_solver.hpp"

namespace membrane {

/// The shape that the whole membrane takes under a load, of which each process has its strip: by
/// conjugate gradients, with the solutions of the strips alone as the first guess of each step.
/// Stops when the rest of the load is 1e-12 of it. The number of steps, or 0 after 1000 in vain.
int solve_membrane(const Processes& processes, StripSolver& solver, const Strip& load,
                   Strip& shape);

}  // namespace membrane
