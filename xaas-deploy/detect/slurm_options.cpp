// SPDX-License-Identifier: Apache-2.0
#include "detect/slurm_command.hpp"

#include <CLI/CLI.hpp>

#include <string>

namespace xaas {

void add_slurm_options(CLI::App& detect, SlurmOptions& options) {
  constexpr const char* k_group = "Nodes of Slurm";
  // A day: longer than any person waits at a terminal.
  constexpr unsigned k_longest_wait = 86400;
  auto* slurm =
      detect
          .add_flag("--slurm", options.is_wanted,
                    "Describe every kind of node that Slurm has, each in a file; --output "
                    "is their folder (default: where --target NAME finds them)")
          ->group(k_group);
  for (const char* other : {"--via", "--root", "--name", "--request", "--gpu"})
    slurm->excludes(detect.get_option(other));
  detect.add_option("--partition", options.partitions, "Only nodes of these partitions")
      ->needs(slurm)
      ->type_name("NAME[,...]")
      ->group(k_group);
  detect
      .add_option("--slurm-args", options.arguments,
                  "Options for srun and sbatch, e.g. '-A project --qos short'")
      ->needs(slurm)
      ->type_name("'OPTIONS'")
      ->group(k_group);
  auto* wait =
      detect
          .add_option_function<unsigned>(
              "--wait",
              [&options](unsigned seconds) { options.wait = std::chrono::seconds(seconds); },
              "How long to wait for a node of each kind (default: 60)")
          ->check(CLI::Range(1U, k_longest_wait).description(""))
          ->needs(slurm)
          ->type_name("SECONDS")
          ->group(k_group);
  detect.add_option("-j,--jobs", options.jobs, "Ask so many kinds at once (default: 4)")
      ->check(CLI::Range(1, 64).description(""))
      ->needs(slurm)
      ->type_name("N")
      ->group(k_group);
  detect
      .add_flag("--submit", options.submit,
                "Submit batch jobs, whose descriptions appear when they have run, and do not wait")
      ->needs(slurm)
      ->excludes(wait)
      ->group(k_group);
}

}  // namespace xaas
