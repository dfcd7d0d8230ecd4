// SPDX-License-Identifier: Apache-2.0
#include "linker_script.hpp"

#include <algorithm>
#include <array>
#include <utility>

// Grammar of what is understood (GNU ld manual, "Commands Dealing with Files"):
//   script  := { command [";"] }
//   command := ("INPUT" | "GROUP") "(" files ")"
//            | ("SEARCH_DIR" | "OUTPUT_FORMAT" | "OUTPUT_ARCH" | "TARGET") "(" words ")"
//   files   := { file | "AS_NEEDED" "(" files ")" | "," }
// Everything else sets `has_more`.

namespace xaas {
namespace {

Error not_a_script(std::string_view what) {
  return fail(ErrorKind::corrupt, "a linker script with {}", what)
      .with_code("capture.linker-script");
}

bool is_separate(char c) {
  return c == '(' || c == ')' || c == ',' || c == ';';
}

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

Result<std::vector<std::string>> words_of(std::string_view text) {
  std::vector<std::string> words;
  for (std::size_t i = 0; i < text.size();) {
    if (is_blank(text[i])) {
      ++i;
    } else if (text.substr(i, 2) == "/*") {
      const auto end = text.find("*/", i + 2);
      if (end == text.npos) return not_a_script("a comment that does not end");
      i = end + 2;
    } else if (text[i] == '"') {
      const auto end = text.find('"', i + 1);
      if (end == text.npos) return not_a_script("a quote that does not end");
      words.emplace_back(text.substr(i + 1, end - i - 1));
      i = end + 1;
    } else if (is_separate(text[i])) {
      words.emplace_back(1, text[i++]);
    } else {
      const auto begin = i;
      while (i < text.size() && !is_blank(text[i]) && !is_separate(text[i])) ++i;
      words.emplace_back(text.substr(begin, i - begin));
    }
  }
  return words;
}

class Parser {
 public:
  explicit Parser(std::vector<std::string> words) : words_(std::move(words)) {}

  Result<LibraryScript> parse() {
    static constexpr auto k_ignored =
        std::to_array<std::string_view>({"OUTPUT_FORMAT", "OUTPUT_ARCH", "TARGET"});
    while (at_ < words_.size()) {
      const std::string command = words_[at_++];
      if (command == ";") continue;
      if (command == "INPUT" || command == "GROUP") {
        XAAS_CHECK(files());
      } else if (command == "SEARCH_DIR") {
        XAAS_TRY(auto folders, group());
        for (std::string& folder : folders) script_.search_folders.push_back(std::move(folder));
      } else if (std::ranges::find(k_ignored, command) != k_ignored.end()) {
        XAAS_TRY([[maybe_unused]] const auto ignored, group());
      } else {
        script_.has_more = true;
        return std::move(script_);
      }
    }
    return std::move(script_);
  }

 private:
  [[nodiscard]] bool next_is(std::string_view word) const {
    return at_ < words_.size() && words_[at_] == word;
  }

  Status open() {
    if (!next_is("(")) return not_a_script("a command without `(`");
    ++at_;
    return {};
  }

  Result<std::vector<std::string>> group() {
    XAAS_CHECK(open());
    std::vector<std::string> words;
    while (!next_is(")")) {
      if (at_ >= words_.size()) return not_a_script("a `(` that does not end");
      words.push_back(words_[at_++]);
    }
    ++at_;
    return words;
  }

  Status files() {
    using Kind = LibraryScript::Item::Kind;
    XAAS_CHECK(open());
    bool as_needed = false;
    while (at_ < words_.size()) {
      const std::string word = words_[at_++];
      if (word == ",") continue;
      if (word == "AS_NEEDED" && !as_needed) {
        XAAS_CHECK(open());
        as_needed = true;
        script_.items.push_back({.kind = Kind::begin_as_needed, .name = {}});
      } else if (word == ")" && as_needed) {
        as_needed = false;
        script_.items.push_back({.kind = Kind::end_as_needed, .name = {}});
      } else if (word == ")") {
        return {};
      } else {
        script_.items.push_back({.kind = Kind::file, .name = word});
      }
    }
    return not_a_script("a `(` that does not end");
  }

  std::vector<std::string> words_;
  std::size_t at_ = 0;
  LibraryScript script_;
};

}  // namespace

Result<LibraryScript> parse_library_script(std::string_view text) {
  XAAS_TRY(auto words, words_of(text));
  return Parser(std::move(words)).parse();
}

}  // namespace xaas
