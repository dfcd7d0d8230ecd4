// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/command_line.hpp"
#include "xaas/support/result.hpp"

#include <filesystem>
#include <string>
#include <vector>

// Deployments outlive the machine that they were made on: its libraries are replaced, its drivers,
// its C library. These commands find them, say how they stand, and make again what no longer fits.

namespace xaas {

/// `xaas-deploy list`: the trees below some folders, and how they stand on this machine.
struct ListOptions {
  std::vector<std::filesystem::path> folders;
  bool json = false;
};
CLI::App* add_list_command(CLI::App& app, ListOptions& options);
Result<int> run_list_command(const ListOptions& options);

/// `xaas-deploy refresh`: makes those again, with the settings of their records, that are not as
/// this machine wants them.
struct RefreshOptions {
  std::vector<std::filesystem::path> folders;
  bool all = false;             // every deployment below the folders; else each is one
  bool plan = false;            // say it only
  std::string image;            // where the image lies now; empty: where the records say
  std::filesystem::path cache;  // as SpecializeOptions'
  bool use_cache = true;
  unsigned jobs = 0;
  bool json = false;
};
CLI::App* add_refresh_command(CLI::App& app, RefreshOptions& options);
Result<int> run_refresh_command(const RefreshOptions& options);

/// `xaas-deploy rollback`: exchanges a deployment with the one before.
struct RollbackOptions {
  std::filesystem::path folder;
};
CLI::App* add_rollback_command(CLI::App& app, RollbackOptions& options);
Result<int> run_rollback_command(const RollbackOptions& options);

}  // namespace xaas
