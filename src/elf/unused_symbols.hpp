// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/result.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace xaas {

/// A relocatable object without the symbols for sections that nothing in it names, as an assembler
/// leaves them when debug information that named them has been taken out. They leave a gap, which
/// goes when the object is laid out anew. Empty when there is nothing to do.
Result<std::optional<std::string>> without_unused_section_symbols(std::string_view object);

}  // namespace xaas
