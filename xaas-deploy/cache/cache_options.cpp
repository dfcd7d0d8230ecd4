// SPDX-License-Identifier: Apache-2.0
#include "actions.hpp"
#include "cache/cache_command.hpp"

#include "xaas/support/command_line.hpp"
#include "xaas/support/quantities.hpp"

#include <CLI/CLI.hpp>

#include <array>
#include <string>

namespace xaas {
namespace {

constexpr const char* k_examples = R"(Examples:
  xaas-deploy cache list
  xaas-deploy cache prune --older-than 7d --max-size 2G
  xaas-deploy cache verify --cache /scratch/ada/xaas
)";

constexpr std::array<Action, 4> k_actions = {
    {{.name = "list"}, {.name = "size"}, {.name = "prune"}, {.name = "verify"}}};

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

CLI::App* add_cache_command(CLI::App& app, CacheOptions& options) {
  CLI::App* cache =
      add_command(app, "cache", "Look after the cache: list, size, prune or verify it",
                  "list|size|prune|verify [OPTIONS]");
  add_action(*cache, options.action, k_actions,
             "verify removes damaged entries; exit code 4: there were some");
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
