// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/result.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace xaas {

/// The parts of a cache; cache_folder.cpp says what is in them.
inline constexpr const char* k_objects = "thinlto";
inline constexpr const char* k_verdicts = "census";
/// What an entry may be unused before it is removed without being asked.
inline constexpr auto k_unused = std::chrono::days{30};

/// Whether a file or folder of this name belongs into a cache.
bool is_cache_part(std::string_view name);

/// One entry of a cache.
struct CacheItem {
  std::string part;  // k_objects or k_verdicts
  std::filesystem::path file;
  std::uint64_t bytes = 0;
  std::filesystem::file_time_type used;  // last, to a day
};

/// Every entry, sorted by path; other files are passed over, and so is a folder that is not there.
std::vector<CacheItem> list_cache(const std::filesystem::path& cache);

std::uint64_t total_bytes(const std::vector<CacheItem>& items);

struct PruneLimits {
  std::optional<std::uint64_t> bytes;          // the most that stays
  std::optional<std::chrono::seconds> unused;  // what was not used for so long goes
};

/// What has to go, the longest unused first.
std::vector<CacheItem> items_to_prune(std::vector<CacheItem> items, const PruneLimits& limits,
                                      std::filesystem::file_time_type now);

/// What the cache grows to by itself is bounded: entries that nobody used for `k_unused` go, and
/// others while it holds more than three quarters of the space that it could have.
void prune_once_a_day(const std::filesystem::path& cache);

}  // namespace xaas
