// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/command_line.hpp"
#include "xaas/support/result.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace xaas {

/// `xaas-deploy cache list|size|prune|verify`.
struct CacheOptions {
  std::string action;
  std::filesystem::path cache;                 // empty: the one that `specialize` would take
  std::optional<std::uint64_t> most_bytes;     // prune: what may stay
  std::optional<std::chrono::seconds> unused;  // prune: what was not used for so long goes
  bool all = false;
  bool dry_run = false;
  bool json = false;
};

CLI::App* add_cache_command(CLI::App& app, CacheOptions& options);
Result<int> run_cache_command(const CacheOptions& options);

}  // namespace xaas
