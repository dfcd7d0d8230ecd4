// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/result.hpp"

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace xaas {

struct FoundDeployments {
  std::vector<std::filesystem::path> places;  // canonical, sorted, each once
  /// Places where nothing is, because a run was killed while it exchanged what was there.
  std::vector<std::filesystem::path> interrupted;
  std::vector<std::string> passed_over;  // what could not be looked at, as sentences
};

/// The trees at and below these folders, by their records. Links are not followed, nothing is
/// looked for inside a tree, and what `refresh` keeps beside one is none. `upkeep.no-folder` when
/// one of the folders is not there.
Result<FoundDeployments> find_deployments(std::span<const std::filesystem::path> folders,
                                          std::size_t most_folders = 1'000'000);

}  // namespace xaas
