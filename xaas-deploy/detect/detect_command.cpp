// SPDX-License-Identifier: Apache-2.0
#include "detect/detect_command.hpp"

#include "detect/detect_via.hpp"

#include "xaas/support/diagnostics.hpp"
#include "xaas/support/files.hpp"
#include "xaas/targets/module_environment.hpp"
#include "xaas/targets/target.hpp"

#include <utility>

namespace xaas {
namespace {

Result<Target> detect(const DetectOptions& options) {
  if (!options.via.empty()) return detect_via({.command = options.via, .modules = options.modules});
  if (!options.modules.empty()) return detect_with_modules(options.modules);
  return options.root.empty() ? detect_host() : detect_saved(options.root);
}

}  // namespace

Result<int> run_detect_command(const DetectOptions& options) {
  if (options.slurm.is_wanted) {
    SlurmOptions slurm = options.slurm;
    slurm.modules = options.modules;
    return describe_slurm_nodes(slurm, options.output);
  }
  // First: a job that describes a node may wait for hours.
  XAAS_TRY(auto gpus, parse_gpus(options.gpus));
  XAAS_TRY(auto target, detect(options));
  if (!options.gpus.empty()) replace_gpus(target, std::move(gpus));
  if (!options.name.empty()) {
    target.name = options.name;
  } else if (!options.output.empty()) {
    target.name = options.output.stem().string();
  }
  if (!options.request.empty()) note_request(target, options.request, "user");
  if (options.output.empty()) {
    XAAS_CHECK(print_output(print_target(target)));
  } else {
    XAAS_CHECK(write_file(options.output, print_target(target)));
  }
  return 0;
}

}  // namespace xaas
