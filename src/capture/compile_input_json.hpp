// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/capture/records.hpp"
#include "xaas/support/json.hpp"
#include "xaas/support/result.hpp"

#include <vector>

namespace xaas {

/// Inputs as records and entries of the compile cache list them.
Json json_of(const std::vector<CompileInput>& inputs);
/// Of the field `inputs`; absent: none.
Result<std::vector<CompileInput>> read_compile_inputs(const JsonReader& reader);

}  // namespace xaas
