// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/result.hpp"

#include <optional>
#include <string>
#include <vector>

namespace xaas {

/// `xaas-deploy run`: replaces this process.
struct RunOptions {
  std::string deployed;
  std::optional<std::vector<std::string>> entrypoint;  // instead of the deployment's own
  std::vector<std::string> arguments;
};
Result<int> run_run_command(const RunOptions& options);

}  // namespace xaas
