// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/result.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace xaas {

bool is_thin_archive(std::string_view bytes);

/// The regular archive with the members that a thin archive in `folder` only names. Its symbol
/// table is left out: its offsets would be wrong, and lld does not read it.
Result<std::string> inline_thin_archive(std::string_view bytes,
                                        const std::filesystem::path& folder);

}  // namespace xaas
