// SPDX-License-Identifier: Apache-2.0
#include "commands.hpp"

#include "xaas/support/files.hpp"
#include "xaas/targets/target.hpp"

#include <fmt/core.h>

namespace xaas {

Result<int> run_detect_command(const DetectOptions& options) {
  XAAS_TRY(const auto target, detect_host());
  if (options.output.empty()) {
    fmt::print("{}", print_target(target));
  } else {
    XAAS_CHECK(write_file(options.output, print_target(target)));
  }
  return 0;
}

}  // namespace xaas
