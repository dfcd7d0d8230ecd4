// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/specializations/specialization.hpp"
#include "xaas/support/result.hpp"

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace xaas {

/// Where a specialization file is looked for when none is named: in the source folder.
inline constexpr const char* k_specialization_file = "xaas.json";

/// More configurations than anybody builds without meaning to.
inline constexpr std::size_t k_default_limit = 256;

/// Which configurations of an application: the options `--spec`, `--set` and `--limit`.
struct ConfigurationOptions {
  std::filesystem::path file;         // empty: the source folder's own, where there is one
  std::vector<std::string> settings;  // "point=value,value"
  std::size_t limit = k_default_limit;
};

struct ConfigurationSpace {
  Specialization specialization;  // without a file: no points, and `file` is empty
  ValuesByPoint narrowing;
  std::vector<PointAssignment> configurations;  // in the order in which they are built
};

/// The file's configurations, without what only other architectures than this machine's can have;
/// `baseline` is the processor that the generic image is for. `spec.no-file` when a file is named
/// that is not there.
Result<ConfigurationSpace> read_configurations(const std::filesystem::path& source,
                                               const ConfigurationOptions& options,
                                               const std::string& baseline);

}  // namespace xaas
