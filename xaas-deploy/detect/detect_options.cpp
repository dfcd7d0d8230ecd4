// SPDX-License-Identifier: Apache-2.0
#include "detect/detect_command.hpp"
#include "gpu_option.hpp"

#include "xaas/support/command_line.hpp"

#include <CLI/CLI.hpp>

namespace xaas {

CLI::App* add_detect_command(CLI::App& app, DetectOptions& options) {
  CLI::App* detect =
      add_command(app, "detect", "Describe a machine as a target, in JSON: this one or another",
                  "[--via COMMAND|--root DIR|--slurm] [--output FILE]");
  detect->add_option("--output", options.output, "Write it here instead of printing it")
      ->type_name("FILE");
  detect
      ->add_option("--name", options.name,
                   "What the machine is called (default: as the output file, or host)")
      ->type_name("NAME");
  auto* via = detect
                  ->add_option("--via", options.via,
                               "Describe the machine on which this command runs what follows it: "
                               "'srun -N1 -p gpu', 'ssh node7'")
                  ->type_name("COMMAND");
  auto* root = detect
                   ->add_option("--root", options.root,
                                "Describe the machine whose /proc, /sys and /etc were saved in "
                                "this folder")
                   ->type_name("DIR")
                   ->excludes(via);
  detect
      ->add_option("--module", options.modules,
                   "Describe it for jobs that `module load` this; repeatable")
      ->allow_extra_args(false)
      ->type_name("NAME")
      ->excludes(root);
  add_gpu_option(*detect, options.gpus);
  detect
      ->add_option("--request", options.request,
                   "Note that these options of the scheduler lead to such a machine: '-p gpu'")
      ->type_name("'OPTIONS'");
  add_slurm_options(*detect, options.slurm);
  detect->footer(R"(Programs run on compute nodes; what a login node is says little about them.

Examples:
  xaas-deploy detect --slurm
  xaas-deploy detect --via 'srun -N1 -p gpu' --output gpu.json
  xaas-deploy specialize oci:images:heat --target gpu.json --output tree:heat
)");
  return detect;
}

}  // namespace xaas
