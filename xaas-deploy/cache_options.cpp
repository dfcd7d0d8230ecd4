// SPDX-License-Identifier: Apache-2.0
#include "cache_command.hpp"

#include "xaas/support/command_line.hpp"

#include <CLI/CLI.hpp>

#include <array>
#include <charconv>
#include <limits>
#include <utility>

namespace xaas {
namespace {

constexpr const char* k_examples = R"(Examples:
  xaas-deploy cache list
  xaas-deploy cache prune --older-than 7d --max-size 2G
  xaas-deploy cache verify --cache /scratch/ada/xaas
)";

/// `text` as a number and what follows it; no number when it is not one.
std::pair<std::optional<std::uint64_t>, std::string_view> leading_count(std::string_view text) {
  std::uint64_t number = 0;
  const char* const begin = text.data();
  const auto [behind, error] = std::from_chars(begin, begin + text.size(), number);
  if (error != std::errc{}) return {std::nullopt, text};
  return {number, text.substr(static_cast<std::size_t>(behind - begin))};
}

std::optional<std::uint64_t> times(std::uint64_t number, std::uint64_t unit) {
  if (number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) / unit)
    return std::nullopt;
  return number * unit;
}

std::string check_action(const std::string& text) {
  for (const char* action : {"list", "size", "prune", "verify"})
    if (text == action) return {};
  return "`" + text + "` is none of list, size, prune and verify";
}

std::string check_size(const std::string& text) {
  return parse_size(text) ? "" : "`" + text + "` is no size such as 500M or 2G";
}

std::string check_duration(const std::string& text) {
  return parse_duration(text) ? "" : "`" + text + "` is no time such as 12h or 30d";
}

void add_prune_options(CLI::App& cache, CacheOptions& options) {
  constexpr const char* k_prune = "What `prune` removes (default: what was unused for 30 days)";
  cache
      .add_option_function<std::string>(
          "--max-size", [&](const std::string& text) { options.most_bytes = parse_size(text); },
          "The longest unused, until the rest takes no more than this")
      ->check(check_size)
      ->type_name("SIZE")
      ->group(k_prune);
  cache
      .add_option_function<std::string>(
          "--older-than", [&](const std::string& text) { options.unused = parse_duration(text); },
          "What was not used for so long: 12h, 30d")
      ->check(check_duration)
      ->type_name("TIME")
      ->group(k_prune);
  cache.add_flag("--all", options.all, "Everything")->group(k_prune);
  cache.add_flag("--dry-run", options.dry_run, "Nothing: say what would be removed")
      ->group(k_prune);
}

}  // namespace

std::optional<std::uint64_t> parse_size(std::string_view text) {
  constexpr std::string_view k_units = "KMGT";
  auto [number, unit] = leading_count(text);
  if (unit.ends_with('B')) unit.remove_suffix(1);
  if (!number || unit.size() > 1) return std::nullopt;
  std::uint64_t factor = 1;
  if (!unit.empty()) {
    const auto power = k_units.find(unit.front());
    if (power == std::string_view::npos) return std::nullopt;
    for (std::size_t i = 0; i <= power; ++i) factor *= 1000;
  }
  return times(*number, factor);
}

std::optional<std::chrono::seconds> parse_duration(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, std::uint64_t>, 4> k_units = {
      {{"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}}};
  // Clocks count nanoseconds: a century is enough, and fits.
  constexpr std::uint64_t k_longest = std::uint64_t{100} * 366 * 86400;
  const auto [number, unit] = leading_count(text);
  for (const auto& [name, seconds] : k_units) {
    if (!number || unit != name) continue;
    const auto total = times(*number, seconds);
    if (total && *total <= k_longest) return std::chrono::seconds(*total);
  }
  return std::nullopt;
}

CLI::App* add_cache_command(CLI::App& app, CacheOptions& options) {
  CLI::App* cache =
      app.add_subcommand("cache", "Look after the cache: list, size, prune or verify it")
          ->group("Commands");
  style_help(*cache, "list|size|prune|verify [OPTIONS]");
  cache
      ->add_option("ACTION", options.action,
                   "verify removes damaged entries; exit code 4: there were some")
      ->required()
      ->check(check_action)
      ->type_name("");
  cache
      ->add_option("--cache", options.cache,
                   "The cache's folder (default: the one that `specialize` would take)")
      ->type_name("DIR");
  cache->add_flag("--json", options.json, "Print one JSON document");
  add_prune_options(*cache, options);
  cache->parse_complete_callback([cache, &options] {
    for (const char* name : {"--max-size", "--older-than", "--all", "--dry-run"}) {
      if (options.action != "prune" && cache->count(name) != 0) {
        throw CLI::ValidationError(name,
                                   "`cache " + options.action + "` removes nothing by choice");
      }
    }
  });
  cache->footer(k_examples);
  return cache;
}

}  // namespace xaas
