// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compare/compare_numbers.hpp"

#include "xaas/support/result.hpp"

#include <string>
#include <vector>

namespace xaas {

/// `xaas-deploy compare`.
struct CompareOptions {
  std::string a;
  std::string b;        // empty: the generic image that A was made from
  std::string command;  // empty: the deployments' own program
  std::string metric;   // regular expression with one group; empty: wall time
  bool lower_is_better = false;
  unsigned repeat = 10;
  std::vector<int> processors;  // empty: the first half of those this process may use
  double at_least = 0;          // fail when the interval's lower end is below; 0: no bound
  bool same_output = false;
  std::string numerics;  // "stdout" or a file: compare the numbers in it, not the speed
  NumberBounds bounds;
  bool json = false;
};
Result<int> run_compare_command(const CompareOptions& options);

}  // namespace xaas
