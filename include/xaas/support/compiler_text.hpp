// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

// Texts of C and C++, and what their compilers say about them.

namespace xaas {

/// Whether it may stand in a name: ASCII letters, digits and `_`.
bool is_identifier_character(char c);

/// A marker of the preprocessor's: `# 12 "file.h" 1 3`.
bool is_line_marker(std::string_view line);

/// What stands behind the first "error: " on its line; without one, the first line.
std::string first_error(std::string_view messages);

/// Where the compiler searches for headers, in order: what `clang -v` lists between "search starts
/// here:" and "End of search list."
std::vector<std::string> header_folders_in(std::string_view messages);

}  // namespace xaas
