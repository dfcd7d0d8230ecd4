// SPDX-License-Identifier: Apache-2.0
#include "cache/cache_contents.hpp"

#include "xaas/support/files.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

namespace xaas {
namespace {

namespace fs = std::filesystem;
using FileTime = fs::file_time_type;

constexpr const char* k_stamp = "pruned";
constexpr auto k_prune_interval = std::chrono::hours{24};

/// Names of entries are digests: nothing that a person put there has such a name.
bool is_entry_name(std::string_view name) {
  constexpr std::string_view k_digits = "0123456789abcdefABCDEF";
  return name.size() >= 40 && name.find_first_not_of(k_digits) == std::string_view::npos;
}

void add_items(std::vector<CacheItem>& items, const fs::path& cache, const char* part) {
  std::error_code error;
  for (fs::directory_iterator entry(cache / part, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code gone;
    if (!is_entry_name(entry->path().filename().string())) continue;
    if (entry->symlink_status(gone).type() != fs::file_type::regular) continue;
    CacheItem item{.part = part, .file = entry->path()};
    item.bytes = entry->file_size(gone);
    if (!gone) item.used = entry->last_write_time(gone);
    if (!gone) items.push_back(std::move(item));
  }
}

}  // namespace

bool is_cache_part(std::string_view name) {
  return name == k_objects || name == k_verdicts || name == k_stamp;
}

std::vector<CacheItem> list_cache(const fs::path& cache) {
  std::vector<CacheItem> items;
  for (const char* part : {k_objects, k_verdicts}) add_items(items, cache, part);
  std::ranges::sort(items, {}, &CacheItem::file);
  return items;
}

std::uint64_t total_bytes(const std::vector<CacheItem>& items) {
  std::uint64_t bytes = 0;
  for (const CacheItem& item : items) bytes += item.bytes;
  return bytes;
}

std::vector<CacheItem> items_to_prune(std::vector<CacheItem> items, const PruneLimits& limits,
                                      FileTime now) {
  std::ranges::sort(items, [](const CacheItem& a, const CacheItem& b) {
    return std::pair(a.used, a.file) < std::pair(b.used, b.file);
  });
  std::uint64_t left = total_bytes(items);
  const auto stays = [&](const CacheItem& item) {
    const bool is_old = limits.unused && now - item.used >= *limits.unused;
    const bool is_too_much = limits.bytes && left > *limits.bytes;
    return !is_old && !is_too_much;
  };
  std::vector<CacheItem> pruned;
  for (CacheItem& item : items) {
    if (stays(item)) break;  // all that follow were used later
    left -= item.bytes;
    pruned.push_back(std::move(item));
  }
  return pruned;
}

void prune_once_a_day(const fs::path& cache) {
  std::error_code error;
  const auto now = FileTime::clock::now();
  const auto last = fs::last_write_time(cache / k_stamp, error);
  if (!error && now - last < k_prune_interval) return;
  // First the stamp: of runs that start at once, one looks.
  if (!write_file(cache / k_stamp, "")) return;
  auto items = list_cache(cache);
  PruneLimits limits{.bytes = {}, .unused = k_unused};
  const auto space = fs::space(cache, error);
  if (!error) limits.bytes = (space.available + total_bytes(items)) / 4 * 3;
  for (const CacheItem& item : items_to_prune(std::move(items), limits, now))
    fs::remove(item.file, error);
}

}  // namespace xaas
