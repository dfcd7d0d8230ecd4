// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/ir/manifest.hpp"

#include <string>

// What the manifest's JSON calls the values of enumerations.

namespace xaas {

std::string name_of(UnitDifference::Kind kind);
std::string name_of(LinkKind kind);
std::string name_of(StripLevel level);

}  // namespace xaas
