// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace xaas {

/// Whether a version is newer than another one: numbers in them count as numbers ("10.2", "9.4").
bool is_newer_version(std::string_view a, std::string_view b);

}  // namespace xaas
