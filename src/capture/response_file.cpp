// SPDX-License-Identifier: Apache-2.0
#include "response_file.hpp"

#include "xaas/support/files.hpp"

#include <filesystem>

namespace xaas {
namespace {

constexpr int k_deepest = 16;

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

void expand(const std::vector<std::string>& argv, const std::string& folder, int depth,
            std::vector<std::string>& out) {
  for (const std::string& word : argv) {
    if (word.size() < 2 || word.front() != '@' || depth >= k_deepest) {
      out.push_back(word);
      continue;
    }
    const auto text = read_file(std::filesystem::path(folder) / word.substr(1));
    if (text)
      expand(split_response(*text), folder, depth + 1, out);
    else
      out.push_back(word);
  }
}

}  // namespace

std::vector<std::string> split_response(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  bool in_word = false;
  char quote = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\\' && i + 1 < text.size()) {
      word += text[++i];
      in_word = true;
    } else if (quote != 0) {
      if (c == quote)
        quote = 0;
      else
        word += c;
    } else if (c == '"' || c == '\'') {
      quote = c;
      in_word = true;
    } else if (is_blank(c)) {
      if (in_word) words.push_back(std::move(word));
      word.clear();
      in_word = false;
    } else {
      word += c;
      in_word = true;
    }
  }
  if (in_word) words.push_back(std::move(word));
  return words;
}

std::vector<std::string> expand_response_files(const std::vector<std::string>& argv,
                                               const std::string& folder) {
  std::vector<std::string> out;
  expand(argv, folder, 0, out);
  return out;
}

std::string join_response(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) {
    text += '"';
    for (const char c : word) {
      if (c == '"' || c == '\\') text += '\\';
      text += c;
    }
    text += "\"\n";
  }
  return text;
}

}  // namespace xaas
