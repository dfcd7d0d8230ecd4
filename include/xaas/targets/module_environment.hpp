// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/result.hpp"
#include "xaas/targets/target.hpp"

#include <chrono>
#include <map>
#include <string>
#include <vector>

namespace xaas {

/// A shell's variables before and after it loaded modules.
struct ModuleEnvironment {
  std::map<std::string, std::string> before;
  std::map<std::string, std::string> after;
};

/// What `module load NAMES...` does to the environment of a bash of this machine: one with this
/// process's variables or, where that has no `module`, a login shell. `not_found` without any;
/// `tool_failed`, with the module command's own words, when it fails or takes longer than `limit`.
Result<ModuleEnvironment> load_modules(const std::vector<std::string>& names,
                                       std::chrono::milliseconds limit);

/// This machine for jobs that load these modules. What is found because of them names them.
Result<Target> detect_with_modules(const std::vector<std::string>& names);

}  // namespace xaas
