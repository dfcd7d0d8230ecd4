// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace xaas {

/// What the first note of that owner and type holds, in the bytes of a note segment or section.
std::optional<std::string_view> find_note(std::string_view notes, std::string_view owner,
                                          std::uint32_t type);

}  // namespace xaas
