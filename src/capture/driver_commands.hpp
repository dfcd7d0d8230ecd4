// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace xaas {

/// The commands that `clang -###` prints, each line ` "program" "argument"...`.
std::vector<std::vector<std::string>> parse_driver_commands(std::string_view text);

/// Warnings and their notes in the same output.
std::string driver_complaints(std::string_view text);

}  // namespace xaas
