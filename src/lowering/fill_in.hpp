// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "processor_checks.h"

#include "xaas/support/result.hpp"
#include "xaas/targets/run_time_checks.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace xaas {

/// As much of the text as there is room for, and zeros.
template <std::size_t Size>
void put_text(char (&field)[Size], std::string_view text) {
  const std::size_t length = std::min(text.size(), Size - 1);
  std::ranges::fill(std::ranges::copy(text.substr(0, length), field).out, field + Size, '\0');
}

/// The bytes of a plain C structure.
template <typename Structure>
std::string_view bytes_of(const Structure& structure) {
  return {reinterpret_cast<const char*>(&structure), sizeof structure};
}

/// A check as compiled code reads it.
XaasCheck to_check(const RunTimeCheck& check);

/// Puts `bytes` where `magic` stands in compiled code, which must be in one place.
Status fill_in(std::string& compiled, std::string_view magic, std::string_view bytes);

}  // namespace xaas
