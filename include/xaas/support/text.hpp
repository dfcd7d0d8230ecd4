// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace xaas {

/// Without the white space around it.
std::string_view trimmed(std::string_view text);

/// Up to the first end of line: of what a program said, what matters most.
std::string_view first_line(std::string_view text);

/// The first line, without its end, both taken from `text`. For `while (!text.empty())`: an end of
/// line at the end of the text begins no other line.
std::string_view take_line(std::string_view& text);

}  // namespace xaas
