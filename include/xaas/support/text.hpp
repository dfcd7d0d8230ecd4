// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace xaas {

/// Of ASCII alone, whatever the locale.
constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
constexpr bool is_alphanumeric(char c) {
  return is_letter(c) || is_digit(c);
}
std::string lower_case(std::string_view text);

/// "1 unit", "2 units".
std::string counted(std::uint64_t count, std::string_view noun);

/// Without the white space around it.
std::string_view trimmed(std::string_view text);

/// Up to the first end of line: of what a program said, what matters most.
std::string_view first_line(std::string_view text);

/// The first line, without its end, both taken from `text`. For `while (!text.empty())`: an end of
/// line at the end of the text begins no other line.
std::string_view take_line(std::string_view& text);

/// A path of /proc/mounts and kin, where blanks, line ends and backslashes are written "\040".
std::string without_octal_escapes(std::string_view text);

}  // namespace xaas
