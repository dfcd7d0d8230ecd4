// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace xaas {

/// The folders of a PATH; an empty entry is the current one (POSIX, XBD 8.3).
std::vector<std::string> folders_in(std::string_view path);

}  // namespace xaas
