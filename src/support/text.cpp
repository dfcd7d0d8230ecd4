// SPDX-License-Identifier: Apache-2.0
#include "xaas/support/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace xaas {

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

std::string counted(std::uint64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view k_blank = " \t\r\n";
  const auto begin = text.find_first_not_of(k_blank);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(k_blank) - begin + 1);
}

std::string_view first_line(std::string_view text) {
  return text.substr(0, text.find('\n'));
}

std::string_view take_line(std::string_view& text) {
  const std::string_view line = first_line(text);
  text.remove_prefix(std::min(line.size() + 1, text.size()));
  return line;
}

std::string without_octal_escapes(std::string_view text) {
  std::string plain;
  while (!text.empty()) {
    unsigned code = 0;
    const char* const digits = text.data() + 1;
    if (text.size() > 3 && text.front() == '\\' &&
        std::from_chars(digits, digits + 3, code, 8).ptr == digits + 3) {
      plain += static_cast<char>(code);
      text.remove_prefix(4);
      continue;
    }
    plain += text.front();
    text.remove_prefix(1);
  }
  return plain;
}

}  // namespace xaas
