// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/diagnostics.hpp"

#include <filesystem>

namespace xaas {

/// What the command line says of the cache.
struct CacheChoice {
  std::filesystem::path folder;  // empty: the user's
  bool use = true;
};

/// The folder of the cache, tried; empty where none is wanted or none can be used. That costs time,
/// not the deployment, so it is a warning.
std::filesystem::path usable_cache(const CacheChoice& choice, Progress& progress);

}  // namespace xaas
