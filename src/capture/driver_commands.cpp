// SPDX-License-Identifier: Apache-2.0
#include "driver_commands.hpp"

#include "xaas/support/text.hpp"

#include <utility>

namespace xaas {
namespace {

std::vector<std::string> parse_line(std::string_view line) {
  std::vector<std::string> words;
  std::string word;
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (!quoted) {
      quoted = line[i] == '"';
    } else if (line[i] == '"') {
      words.push_back(std::exchange(word, {}));
      quoted = false;
    } else {
      // clang puts a backslash before `"`, `\` and `$` (Job.cpp, printArg).
      if (line[i] == '\\' && i + 1 < line.size()) ++i;
      word += line[i];
    }
  }
  return words;
}

}  // namespace

std::vector<std::vector<std::string>> parse_driver_commands(std::string_view text) {
  std::vector<std::vector<std::string>> commands;
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    if (!line.starts_with(" \"")) continue;
    auto words = parse_line(line);
    if (!words.empty()) commands.push_back(std::move(words));
  }
  return commands;
}

std::string driver_complaints(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    if (line.starts_with(" \"")) continue;
    if (line.contains(": warning: ") || line.contains(": note: ")) {
      out += line;
      out += '\n';
    }
  }
  return out;
}

}  // namespace xaas
