// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

namespace xaas {

using TableRow = std::vector<std::string>;

/// Columns as wide as their widest text; the last one of a row as wide as itself.
std::string print_table(std::span<const TableRow> rows);

}  // namespace xaas
