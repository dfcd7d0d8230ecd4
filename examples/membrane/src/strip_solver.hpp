// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "strip.hpp"

#include <vector>

namespace membrane {

/// Finds the shape of one strip alone, as if its neighbours did not give way: load and shape are
/// sums of products of sines, and the operator only scales these. The sums are four products of
/// matrices.
class StripSolver {
 public:
  StripSolver(int rows, int columns);

  void solve(const Strip& load, Strip& shape);

  /// Operations with numbers that solve() takes.
  [[nodiscard]] double operations() const;

 private:
  int rows_;
  int columns_;
  std::vector<double> vertical_;    // sines of each row, rows x rows
  std::vector<double> horizontal_;  // ... of each column, columns x columns
  std::vector<double> scale_;       // of each product of two, rows x columns
  std::vector<double> work_;
};

}  // namespace membrane
