// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/result.hpp"

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace xaas {

/// More configurations than anybody builds without meaning to.
inline constexpr std::size_t k_default_limit = 256;

/// `xaas-build plan`.
struct PlanOptions {
  std::filesystem::path source;
  std::filesystem::path spec;  // empty: the source folder's own
  std::vector<std::string> settings;
  std::size_t limit = k_default_limit;
  std::filesystem::path keep;  // of an `ir` that has built some; empty: none
  bool json = false;
  std::vector<std::string> command;
};

Result<int> run_plan_command(const PlanOptions& options);

}  // namespace xaas
