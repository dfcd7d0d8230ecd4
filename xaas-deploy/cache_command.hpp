// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/result.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace CLI {  // NOLINT(readability-identifier-naming)
class App;
}

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

/// `10G`, `500MB`, `4096`: powers of 1000, as sizes are printed. Empty when it is none.
std::optional<std::uint64_t> parse_size(std::string_view text);
/// `30d`, `12h`, `90m`, `45s`. Empty when it is none.
std::optional<std::chrono::seconds> parse_duration(std::string_view text);

}  // namespace xaas
