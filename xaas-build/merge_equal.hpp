// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/ir/manifest.hpp"

#include <cstddef>
#include <vector>

namespace xaas {

/// Makes equal units, links and products of a manifest one each, the first of them, wherever they
/// come from; indices follow. Gives the unit that each old one has become.
std::vector<std::size_t> merge_equal(IrManifest& manifest);

}  // namespace xaas
