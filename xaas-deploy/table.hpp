// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace xaas {

using TableRow = std::vector<std::string>;

/// Columns as wide as their widest text; the last one of a row is as wide as itself, whether it has
/// the others or not.
std::string print_table(const std::vector<TableRow>& rows);

}  // namespace xaas
