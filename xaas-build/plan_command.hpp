// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "specialization_file.hpp"

#include "xaas/support/result.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace xaas {

/// `xaas-build plan`.
struct BuildPlanOptions {
  std::filesystem::path source;
  ConfigurationOptions configurations;
  std::filesystem::path keep;  // of an `ir` that has built some; empty: none
  bool json = false;
  std::vector<std::string> command;
};

Result<int> run_plan_command(const BuildPlanOptions& options);

}  // namespace xaas
