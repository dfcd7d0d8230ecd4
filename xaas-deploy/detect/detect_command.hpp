// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "detect/slurm_command.hpp"

#include "xaas/support/command_line.hpp"
#include "xaas/support/result.hpp"

#include <filesystem>
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

}  // namespace xaas
