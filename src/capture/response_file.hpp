// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/result.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace xaas {

/// Words of a response file as GCC and clang split them: blanks separate, single and double quotes
/// group, a backslash takes the next character as it is.
std::vector<std::string> split_response(std::string_view text);

/// Every `@file` replaced by its words, also inside response files. As in GCC, an `@file` that
/// cannot be read stays as it is, and so does one nested deeper than 16 or behind 2000 others:
/// files that name each other would otherwise grow without end.
std::vector<std::string> expand_response_files(const std::vector<std::string>& argv,
                                               const std::string& folder);

/// The same with another way to read a file by the name behind the `@`.
using ReadResponse = std::function<Result<std::string>(const std::string& name)>;
std::vector<std::string> expand_response_files(const std::vector<std::string>& argv,
                                               const ReadResponse& read);

/// The words so that split_response gives them back.
std::string join_response(const std::vector<std::string>& words);

}  // namespace xaas
