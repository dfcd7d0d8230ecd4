// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/specializations/specialization.hpp"
#include "xaas/support/result.hpp"

#include <filesystem>

namespace xaas {

/// Where a specialization file is looked for when none is named: in the source folder.
inline constexpr const char* k_specialization_file = "xaas.json";

/// The file named, else the source folder's own, without what only other architectures than this
/// machine's can have; without a file there are no points, and `file` is empty. `spec.no-file` when
/// one is named that is not there.
Result<Specialization> load_specialization(const std::filesystem::path& source,
                                           const std::filesystem::path& named);

}  // namespace xaas
