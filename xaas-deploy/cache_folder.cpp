// SPDX-License-Identifier: Apache-2.0
#include "cache_folder.hpp"

#include "xaas/support/files.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <system_error>

namespace xaas {
namespace {

/// --cache, XAAS_CACHE, XDG_CACHE_HOME/xaas, ~/.cache/xaas; empty when there is no place for one.
std::filesystem::path cache_folder(const CacheChoice& choice) {
  if (!choice.use) return {};
  std::error_code error;
  if (!choice.folder.empty()) return std::filesystem::absolute(choice.folder, error);
  const auto variable = [](const char* name) {
    const char* value =
        std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nothing here sets variables
    return std::filesystem::path(value == nullptr ? "" : value);
  };
  if (const auto path = variable("XAAS_CACHE"); path.is_absolute()) return path;
  if (const auto path = variable("XDG_CACHE_HOME"); path.is_absolute()) return path / "xaas";
  if (const auto path = variable("HOME"); path.is_absolute()) return path / ".cache" / "xaas";
  return {};
}

}  // namespace

std::filesystem::path usable_cache(const CacheChoice& choice, Progress& progress) {
  std::filesystem::path folder = cache_folder(choice);
  if (folder.empty()) return folder;
  // What killed runs were writing.
  for (const auto& part : {folder, folder / "census"}) remove_stale_temporaries(part);
  const auto probe = while_doing(TemporaryFolder::make(folder), "trying the cache");
  if (probe) return folder;
  progress.say(Progress::Level::warning,
               fmt::format("going on without a cache: {}", probe.error().message()));
  return {};
}

}  // namespace xaas
