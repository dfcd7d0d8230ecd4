// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/ir/manifest.hpp"

#include <string>
#include <string_view>

// What the manifest's JSON calls the values of enumerations.

namespace xaas {

/// In `requires` of a document with `vector_bits`.
inline constexpr std::string_view k_vector_bits = "vector-bits";

std::string name_of(UnitDifference::Kind kind);
std::string name_of(LinkKind kind);
std::string name_of(StripLevel level);

}  // namespace xaas
