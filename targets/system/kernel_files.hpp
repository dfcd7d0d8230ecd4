// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host_probe.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What Linux writes into /proc and /sys, and what the programs that read it print, comes in few
// forms. Whatever else stands there is unknown, not an error: a saved tree may hold anything.

namespace xaas {

/// The first line without the blanks around it; empty when there is no such file, or it holds what
/// is no text.
std::string line_in(const HostProbe& probe, const std::string& path);

/// The value, where it is fit for people's eyes and for JSON: UTF-8 of a bearable length without
/// control characters. Otherwise empty.
std::string readable(std::string_view text);

/// The names in a folder, sorted; none where there is no folder.
std::vector<std::string> names_in(const HostProbe& probe, const std::string& folder);

/// The number that the text is, blanks aside; with base 16, "0x10de", too.
std::optional<std::uint64_t> parse_number(std::string_view text, int base = 10);

/// The number that the text begins with, taken from it: "131072.00 MiB".
std::optional<std::uint64_t> take_number(std::string_view& text, int base = 10);

/// "32K", "1 GB", "16334680 kB" in bytes: units are powers of 1024. Nothing for what no machine
/// has, which is more than 2^56.
std::optional<std::uint64_t> parse_byte_count(std::string_view text);

/// "key : value", without the blanks around both.
struct Field {
  std::string_view key;
  std::string_view value;
};
std::optional<Field> parse_field(std::string_view line);

/// The value of the first field of this key.
std::optional<std::string_view> value_of(std::string_view text, std::string_view key);

/// The numbers of a list of processors or nodes, "0-3,8": sorted. Nothing where it is no such list,
/// or one longer than any machine's.
std::optional<std::vector<unsigned>> parse_number_list(std::string_view text);

/// A value of the kernel's auxiliary vector (/proc/self/auxv; all our architectures are 64 bits,
/// little-endian), by its AT_ number.
std::optional<std::uint64_t> auxiliary_value(const HostProbe& probe, std::uint64_t key);

}  // namespace xaas
