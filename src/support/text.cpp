// SPDX-License-Identifier: Apache-2.0
#include "xaas/support/text.hpp"

#include <algorithm>

namespace xaas {

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

}  // namespace xaas
