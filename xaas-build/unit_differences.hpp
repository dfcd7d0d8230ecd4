// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "unit_table.hpp"

#include "xaas/ir/manifest.hpp"

#include <cstddef>
#include <vector>

namespace xaas {

/// Says of each unit whose source an earlier unit is of, too, and other code, in what their
/// compiles differed: flags, macros of the command line, files and the macros that these define.
/// `merged`: the manifest's unit for each of the table.
void find_differences(const UnitTable& table, const std::vector<std::size_t>& merged,
                      IrManifest& manifest);

}  // namespace xaas
