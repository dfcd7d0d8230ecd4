// SPDX-License-Identifier: Apache-2.0
#include "commands.hpp"

#include "xaas/support/diagnostics.hpp"
#include "xaas/support/files.hpp"
#include "xaas/targets/target.hpp"

namespace xaas {

Result<int> run_detect_command(const DetectOptions& options) {
  XAAS_TRY(const auto target, options.root.empty() ? detect_host() : detect_saved(options.root));
  if (options.output.empty()) {
    XAAS_CHECK(print_output(print_target(target)));
  } else {
    XAAS_CHECK(write_file(options.output, print_target(target)));
  }
  return 0;
}

}  // namespace xaas
