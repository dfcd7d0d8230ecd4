// SPDX-License-Identifier: Apache-2.0
#include "xaas/support/compiler_text.hpp"

#include "xaas/support/text.hpp"

namespace xaas {

bool is_identifier_character(char c) {
  return is_alphanumeric(c) || c == '_';
}

bool is_line_marker(std::string_view line) {
  return line.size() > 2 && line.starts_with("# ") && is_digit(line[2]);
}

std::string first_error(std::string_view messages) {
  static constexpr std::string_view k_mark = "error: ";
  const auto mark = messages.find(k_mark);
  const auto begin = mark == messages.npos ? 0 : mark + k_mark.size();
  return std::string(first_line(messages.substr(begin)));
}

std::vector<std::string> header_folders_in(std::string_view messages) {
  std::vector<std::string> folders;
  bool is_inside = false;
  while (!messages.empty()) {
    const std::string_view line = take_line(messages);
    if (line.ends_with("search starts here:")) {
      is_inside = true;
    } else if (line == "End of search list.") {
      break;
    } else if (is_inside && line.starts_with(' ')) {
      folders.emplace_back(line.substr(1));
    }
  }
  return folders;
}

}  // namespace xaas
