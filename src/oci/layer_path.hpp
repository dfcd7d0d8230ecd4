// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace xaas {

inline constexpr std::string_view k_whiteout_prefix = ".wh.";
inline constexpr std::string_view k_opaque_name = ".wh..wh..opq";

/// The components of a path inside a layer. `./`, doubled and trailing slashes are dropped, so the
/// root itself has none. `corrupt` for absolute paths, `..` and paths longer than 4096 bytes.
Result<std::vector<std::string>> split_layer_path(std::string_view path);

std::string join_layer_path(const std::vector<std::string>& components);

}  // namespace xaas
