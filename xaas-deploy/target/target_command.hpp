// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/command_line.hpp"
#include "xaas/support/result.hpp"
#include "xaas/targets/target.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace xaas {

/// `xaas-deploy target list|show|diff|edit|validate`.
struct TargetOptions {
  std::string action;
  std::vector<std::string> names;  // as `--target` takes them; of `validate`: files
  bool json = false;
};

CLI::App* add_target_command(CLI::App& app, TargetOptions& options);
Result<int> run_target_command(const TargetOptions& options);

/// A description for people: what is known, each fact with its origin, and what is not known.
std::string describe_target(const Target& target);

/// "cray-mpich 8.1.29", "4 x A100": what `target list` says of a machine.
std::string describe_gpus(const Target& target);
std::string describe_mpi(const Target& target);

/// How two descriptions differ in what they say of a machine. Names, origins and the errors of
/// probes say nothing of it.
struct FactDifference {
  std::string field;                 // "memory", "cpu.features", "mpi"
  std::vector<std::string> removed;  // of A and not of B; of a fact that is no list: one or none
  std::vector<std::string> added;
  bool is_list = false;
};
std::vector<FactDifference> differences(const Target& a, const Target& b);

/// `edit`: an editor on a copy, which takes the description's place when it is one.
Result<int> edit_target(const std::string& name);

/// Of all problems of a document, "FILE:LINE: error: ..." each. The number of errors.
std::size_t report_problems(std::string_view file, std::string_view document, std::string& report);

}  // namespace xaas
