// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace xaas {

/// `10G`, `500MB`, `4096`: powers of 1000, as sizes are printed. Empty when it is none.
std::optional<std::uint64_t> parse_size(std::string_view text);
/// `30d`, `12h`, `90m`, `45s`. Empty when it is none.
std::optional<std::chrono::seconds> parse_duration(std::string_view text);

}  // namespace xaas
