// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/result.hpp"
#include "xaas/targets/target.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace xaas {

/// A command that runs another one, where the answer is true.
struct Launcher {
  std::string command;               // for the shell: "srun -N1 -p gpu", "ssh node7"
  std::string called;                // in messages; empty: as the command
  std::vector<std::string> modules;  // that jobs load there
  std::vector<std::string> unset;    // variables that would lead it elsewhere
  std::optional<std::chrono::milliseconds> time_limit;
};

/// What this program says of the machine on which the launcher runs it; nothing is written there.
/// `k_stopped` is the code where a signal ended the launcher: whoever sent it wants no more.
inline constexpr const char* k_stopped = "detect.stopped";
Result<Target> detect_via(const Launcher& launcher);

}  // namespace xaas
