// SPDX-License-Identifier: Apache-2.0
#include "commands.hpp"
#include "detect_via.hpp"

#include "xaas/support/diagnostics.hpp"
#include "xaas/support/files.hpp"
#include "xaas/targets/target.hpp"

namespace xaas {
namespace {

Result<Target> detect(const DetectOptions& options) {
  if (!options.via.empty()) return detect_via({.command = options.via});
  return options.root.empty() ? detect_host() : detect_saved(options.root);
}

}  // namespace

Result<int> run_detect_command(const DetectOptions& options) {
  if (options.slurm.is_wanted) return describe_slurm_nodes(options.slurm, options.output);
  XAAS_TRY(auto target, detect(options));
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
