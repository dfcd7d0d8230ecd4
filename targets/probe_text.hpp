// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host_probe.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// How the kernel's small files, and what programs print, are read.

namespace xaas {

/// The number that the text is, white space aside; with base 16, "0x10de", too.
std::optional<std::uint64_t> number_in(std::string_view text, int base = 10);

/// Without the ends of lines.
std::vector<std::string_view> lines_of(std::string_view text);

/// The content of a small file, trimmed; empty when it cannot be read.
std::string text_of(const HostProbe& probe, const std::string& path);

/// Sorted; none where there is no folder.
std::vector<std::string> names_in(const HostProbe& probe, const std::string& folder);

}  // namespace xaas
