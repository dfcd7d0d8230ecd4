// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compare_numbers.hpp"
#include "slurm_command.hpp"

#include "xaas/support/command_line.hpp"
#include "xaas/support/result.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace xaas {

/// `xaas-deploy detect`: a machine as xaas.target/1 JSON.
struct DetectOptions {
  SlurmOptions slurm;                // when wanted, `output` is a folder
  std::filesystem::path output;      // empty: stdout; of Slurm's nodes: the user's descriptions
  std::filesystem::path root;        // of a saved tree; empty: this machine
  std::string via;                   // a command that runs another one where the answer is true
  std::vector<std::string> modules;  // that jobs load
  std::string name;                  // what the machine is called; empty: as the file, or "host"
  std::string request;               // options of a scheduler that lead to such a machine
  std::vector<std::string> gpus;     // that it has; empty: what is found out
};
CLI::App* add_detect_command(CLI::App& app, DetectOptions& options);
Result<int> run_detect_command(const DetectOptions& options);

/// `xaas-deploy run`: replaces this process.
struct RunOptions {
  std::string deployed;
  std::optional<std::vector<std::string>> entrypoint;  // instead of the deployment's own
  std::vector<std::string> arguments;
};
Result<int> run_run_command(const RunOptions& options);

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
