// SPDX-License-Identifier: Apache-2.0
#include "response_file.hpp"

#include "xaas/support/files.hpp"

#include <filesystem>
#include <utility>

namespace xaas {
namespace {

constexpr int k_deepest = 16;
// GCC's own limit (libiberty, expandargv).
constexpr int k_most_files = 2000;

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

class Expansion {
 public:
  explicit Expansion(const ReadResponse& read) : read_(read) {}

  void add(const std::vector<std::string>& argv, int depth) {
    for (const std::string& word : argv) {
      const bool names_a_file = word.size() >= 2 && word.front() == '@';
      if (!names_a_file || depth >= k_deepest || files_ >= k_most_files || !open(word, depth))
        words_.push_back(word);
    }
  }

  std::vector<std::string> take_words() { return std::move(words_); }

 private:
  bool open(const std::string& word, int depth) {
    const auto text = read_(word.substr(1));
    if (!text) return false;
    ++files_;
    add(split_response(*text), depth + 1);
    return true;
  }

  const ReadResponse& read_;
  int files_ = 0;
  std::vector<std::string> words_;
};

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
      if (c == quote) {
        quote = 0;
      } else {
        word += c;
      }
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
                                               const ReadResponse& read) {
  Expansion expansion(read);
  expansion.add(argv, 0);
  return expansion.take_words();
}

std::vector<std::string> expand_response_files(const std::vector<std::string>& argv,
                                               const std::string& folder) {
  return expand_response_files(argv, [&](const std::string& name) {
    return read_file(std::filesystem::path(folder) / name);
  });
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
