// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/cache_entry.hpp"
#include "xaas/support/diagnostics.hpp"
#include "xaas/targets/site_profile.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace xaas {

/// Where the user or the site wants the cache: `chosen` (the command line's), XAAS_CACHE, the site
/// profile's, XDG_CACHE_HOME/xaas, ~/.cache/xaas. Empty where none of these says anything.
Result<std::filesystem::path> wanted_cache(const std::filesystem::path& chosen,
                                           const SiteProfile& site);

/// The folder below `wanted`, or itself, whose entries this user may trust; see cache_folder.cpp.
/// Nothing is made, and it need not be there. `cache.not-ours` when it holds other things or
/// belongs to somebody else.
Result<std::filesystem::path> own_cache(const std::filesystem::path& wanted);

/// What the command line says of the cache.
struct CacheChoice {
  std::filesystem::path folder;  // empty: the user's or the site's
  bool use = true;
};

/// A cache that was made, if need be, and tried.
struct Cache {
  std::filesystem::path folder;  // empty: none
  std::string problem;  // why nothing can be added to it; empty: as far as is known, it can
};

/// A cache that cannot be used costs time, not the deployment: a warning says why.
Result<Cache> open_cache(const CacheChoice& choice, const SiteProfile& site, Progress& progress);

/// Says what the cache could not do while it was used.
void report_cache(const Cache& cache, const std::vector<CacheNotes>& notes, Progress& progress);

}  // namespace xaas
