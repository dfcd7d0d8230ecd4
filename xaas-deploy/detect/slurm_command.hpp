// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/command_line.hpp"
#include "xaas/support/result.hpp"
#include "xaas/targets/target.hpp"

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace xaas {

/// `xaas-deploy detect --slurm`: each kind of node that Slurm has.
struct SlurmOptions {
  bool is_wanted = false;
  std::string partitions;            // as sinfo takes them; empty: all
  std::string arguments;             // of srun and sbatch, as a shell reads them: "-A project"
  std::chrono::seconds wait{60};     // for sinfo, and for a node of each kind
  unsigned jobs = 4;                 // kinds that are asked at once
  std::vector<std::string> modules;  // that jobs load
  bool submit = false;               // by batch jobs, which write the descriptions later
};
void add_slurm_options(CLI::App& detect, SlurmOptions& options);

/// Writes NAME.json for each kind into `folder` (empty: where `--target NAME` finds it) and prints
/// a table of them. A kind without a description fails the command at its end, and not the others.
Result<int> describe_slurm_nodes(const SlurmOptions& options, std::filesystem::path folder);

/// Which options of a scheduler lead to machines of this description, and who says so.
void note_request(Target& target, std::string request, std::string origin);

}  // namespace xaas
