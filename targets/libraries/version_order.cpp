// SPDX-License-Identifier: Apache-2.0
#include "version_order.hpp"

#include "xaas/support/text.hpp"

#include <algorithm>

namespace xaas {
namespace {

/// The number that `text` begins with, without its leading zeros, which is taken off.
std::string_view take_number(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of('0'), text.size()));
  const auto length =
      static_cast<std::size_t>(std::ranges::find_if_not(text, is_digit) - text.begin());
  const std::string_view number = text.substr(0, length);
  text.remove_prefix(length);
  return number;
}

}  // namespace

bool is_newer_version(std::string_view a, std::string_view b) {
  while (!a.empty() && !b.empty()) {
    if (is_digit(a.front()) && is_digit(b.front())) {
      const auto first = take_number(a);
      const auto second = take_number(b);
      if (first.size() != second.size()) return first.size() > second.size();
      if (first != second) return first > second;
      continue;
    }
    if (a.front() != b.front()) return a.front() > b.front();
    a.remove_prefix(1);
    b.remove_prefix(1);
  }
  return a.size() > b.size();
}

}  // namespace xaas
