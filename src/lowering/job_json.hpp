// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/lowering/lower.hpp"

#include <string>
#include <string_view>

namespace xaas {

std::string print_result(const LoweringResult& result);
Result<LoweringResult> parse_result(std::string_view json);

}  // namespace xaas
