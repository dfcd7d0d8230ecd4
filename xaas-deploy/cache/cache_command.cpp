// SPDX-License-Identifier: Apache-2.0
#include "cache/cache_command.hpp"

#include "cache/cache_contents.hpp"
#include "cache/cache_folder.hpp"

#include "xaas/support/cache_entry.hpp"
#include "xaas/support/diagnostics.hpp"
#include "xaas/support/files.hpp"
#include "xaas/support/json.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <system_error>
#include <utility>
#include <vector>

namespace xaas {
namespace {

namespace fs = std::filesystem;
using FileTime = fs::file_time_type;
using Items = std::vector<CacheItem>;

constexpr const char* k_schema = "xaas.cache/1";

Result<fs::path> chosen_cache(const CacheOptions& options) {
  XAAS_TRY(const auto site, load_site_profile());
  XAAS_TRY(const auto wanted, wanted_cache(options.cache, site));
  if (!wanted.empty()) return own_cache(wanted);
  return fail(ErrorKind::invalid_input, "nothing says where the cache is")
      .with_code("cache.none")
      .with_help("name it with `--cache`, or set XAAS_CACHE or HOME");
}

std::string entries(std::size_t count) {
  return fmt::format("{} {}", count, count == 1 ? "entry" : "entries");
}

std::string name_in(const fs::path& cache, const CacheItem& item) {
  return item.file.lexically_relative(cache).string();
}

double seconds_since(FileTime then, FileTime now) {
  return std::max(0.0, std::chrono::duration<double>(now - then).count());
}

/// "3 d", "5 h", "12 min": exact enough for what was used last.
std::string age(double seconds) {
  constexpr std::array<std::pair<double, const char*>, 3> k_units = {
      {{86400, "d"}, {3600, "h"}, {60, "min"}}};
  for (const auto& [unit, name] : k_units)
    if (seconds >= unit) return fmt::format("{:.0f} {}", seconds / unit, name);
  return "1 min";
}

struct Part {
  const char* name;
  const char* title;
};
constexpr std::array<Part, 2> k_parts = {
    {{.name = k_objects, .title = "machine code of units"},
     {.name = k_verdicts, .title = "instruction counts of files"}}};

Items of_part(const Items& items, const Part& part) {
  Items own;
  std::ranges::copy_if(items, std::back_inserter(own),
                       [&](const CacheItem& item) { return item.part == part.name; });
  return own;
}

std::pair<double, double> youngest_and_oldest(const Items& items, FileTime now) {
  const auto [first, last] = std::ranges::minmax(items, {}, &CacheItem::used);
  return {seconds_since(last.used, now), seconds_since(first.used, now)};
}

Json header(const fs::path& cache) {
  return {{"schema", k_schema}, {"cache", cache.string()}};
}

Result<int> list(const fs::path& cache, const CacheOptions& options) {
  const Items items = list_cache(cache);
  const auto now = FileTime::clock::now();
  Json json = header(cache);
  json["parts"] = Json::array();
  std::string text = fmt::format("cache `{}`: {}\n", cache.string(),
                                 items.empty() ? "empty" : human_bytes(total_bytes(items)));
  for (const Part& part : k_parts) {
    const Items own = of_part(items, part);
    Json& made = json["parts"].emplace_back(Json{{"part", part.name},
                                                 {"title", part.title},
                                                 {"entries", own.size()},
                                                 {"bytes", total_bytes(own)}});
    if (own.empty()) continue;
    const auto [youngest, oldest] = youngest_and_oldest(own, now);
    made["newest_seconds"] = static_cast<std::int64_t>(youngest);
    made["oldest_seconds"] = static_cast<std::int64_t>(oldest);
    text += fmt::format("  {}: {}, {}, last used {} to {} ago\n", part.title, entries(own.size()),
                        human_bytes(total_bytes(own)), age(youngest), age(oldest));
  }
  XAAS_CHECK(print_output(options.json ? print_json(json) : text));
  return 0;
}

Result<int> size(const fs::path& cache, const CacheOptions& options) {
  const Items items = list_cache(cache);
  Json json = header(cache);
  json["entries"] = items.size();
  json["bytes"] = total_bytes(items);
  const std::string text =
      fmt::format("{} in {}\n", human_bytes(total_bytes(items)), entries(items.size()));
  XAAS_CHECK(print_output(options.json ? print_json(json) : text));
  return 0;
}

/// An entry that is gone already is removed.
Status remove_entry(const fs::path& file) {
  std::error_code error;
  fs::remove(file, error);
  if (!error) return {};
  return fail(ErrorKind::io, "removing `{}`: {}", file.string(), error.message())
      .with_code("file.io");
}

PruneLimits limits_of(const CacheOptions& options) {
  if (options.all) return {.bytes = 0, .unused = std::chrono::seconds(0)};
  if (options.most_bytes || options.unused)
    return {.bytes = options.most_bytes, .unused = options.unused};
  return {.bytes = {}, .unused = k_unused};
}

Result<int> prune(const fs::path& cache, const CacheOptions& options) {
  if (!options.dry_run) {
    for (const fs::path& part : {cache, cache / k_objects, cache / k_verdicts})
      remove_stale_temporaries(part);
  }
  const Items items = list_cache(cache);
  const Items pruned = items_to_prune(items, limits_of(options), FileTime::clock::now());
  for (const CacheItem& item : pruned)
    if (!options.dry_run) XAAS_CHECK(remove_entry(item.file));
  Json json = header(cache);
  json["removed"] = Json::array();
  for (const CacheItem& item : pruned) json["removed"].push_back(name_in(cache, item));
  json["removed_bytes"] = total_bytes(pruned);
  json["left_bytes"] = total_bytes(items) - total_bytes(pruned);
  json["dry_run"] = options.dry_run;
  const std::string text =
      fmt::format("{} {}, {}; {} in {} {}\n", options.dry_run ? "would remove" : "removed",
                  entries(pruned.size()), human_bytes(total_bytes(pruned)),
                  human_bytes(total_bytes(items) - total_bytes(pruned)),
                  entries(items.size() - pruned.size()), options.dry_run ? "would stay" : "stay");
  XAAS_CHECK(print_output(options.json ? print_json(json) : text));
  return 0;
}

Result<int> verify(const fs::path& cache, const CacheOptions& options) {
  const Items items = list_cache(cache);
  Json json = header(cache);
  json["entries"] = items.size();
  json["damaged"] = Json::array();
  std::string text;
  for (const CacheItem& item : items) {
    const CacheEntry entry = read_cache_entry(item.file);
    if (entry.state != CacheEntry::State::damaged) continue;
    const auto removed = remove_entry(item.file);
    const std::string name = name_in(cache, item);
    json["damaged"].push_back(
        {{"entry", name}, {"damage", entry.damage}, {"removed", removed.has_value()}});
    text += fmt::format("{} `{}`: {}\n", removed ? "removed" : "could not remove", name,
                        removed ? entry.damage : entry.damage + "; " + removed.error().message());
  }
  const bool is_whole = text.empty();
  if (is_whole) text = fmt::format("{}, all whole\n", entries(items.size()));
  XAAS_CHECK(print_output(options.json ? print_json(json) : text));
  return is_whole ? 0 : k_exit_mismatch;
}

}  // namespace

Result<int> run_cache_command(const CacheOptions& options) {
  XAAS_TRY(const auto cache, chosen_cache(options));
  if (options.action == "list") return list(cache, options);
  if (options.action == "size") return size(cache, options);
  if (options.action == "prune") return prune(cache, options);
  return verify(cache, options);
}

}  // namespace xaas
