// SPDX-License-Identifier: Apache-2.0
#include "source_scan.hpp"

#include "xaas/support/compiler_text.hpp"

#include <algorithm>
#include <array>

namespace xaas {
namespace {

/// What hides names or files from a look at the bytes: files that are read later, and other
/// spellings of `#`, of a line's end and of blanks.
constexpr auto k_hiding_words = std::to_array<std::string_view>(
    {".incbin", "__TIMESTAMP__", "__has_embed", "%:", "\?\?=", "\?\?/", std::string_view("\0", 1)});

// These ask whether there is the question, `#ifdef __has_include`.
constexpr auto k_asks_for_name =
    std::to_array<std::string_view>({"defined", "ifdef", "ifndef", "elifdef", "elifndef"});

std::size_t skip_blanks(std::string_view text, std::size_t at) {
  while (at < text.size() && std::string_view(" \t\v\f").contains(text[at])) ++at;
  return at;
}

/// Adds the name that begins at `at`, `"a.h"` or `<a.h>`; false when there is none.
bool add_name(std::string_view text, std::size_t at, SourceScan& scan) {
  if (at >= text.size() || (text[at] != '"' && text[at] != '<')) return false;
  const char closing = text[at] == '"' ? '"' : '>';
  const auto end = text.find_first_of(closing == '"' ? "\"\n" : ">\n", at + 1);
  if (end == text.npos || text[end] != closing) return false;
  (closing == '"' ? scan.quoted : scan.angled).emplace_back(text.substr(at + 1, end - at - 1));
  return true;
}

/// Reads the directive whose `#` stands at `hash`.
void read_directive(std::string_view text, std::size_t hash, SourceScan& scan) {
  const std::size_t word = skip_blanks(text, hash + 1);
  std::size_t end = word;
  while (end < text.size() && is_identifier_character(text[end])) ++end;
  const std::string_view directive = text.substr(word, end - word);
  const std::string_view rest = text.substr(end, 2);
  // A comment or a line's end in the middle of the directive.
  if (rest.starts_with("\\") || (directive.empty() && rest == "/*")) scan.asks_more = true;
  if (directive == "embed") scan.asks_more = true;
  if (directive == "include" || directive == "include_next" || directive == "import" ||
      directive == "__include_macros")
    scan.asks_more |= !add_name(text, skip_blanks(text, end), scan);
}

/// `defined(__has_include)`: whether one of those words stands before `at`.
bool is_asked_for(std::string_view text, std::size_t at) {
  const auto end = text.find_last_not_of(" \t(", at == 0 ? 0 : at - 1);
  return at != 0 && end != text.npos && std::ranges::any_of(k_asks_for_name, [&](auto word) {
           return text.substr(0, end + 1).ends_with(word);
         });
}

/// What stands behind `__has_include` or `__has_include_next`.
void read_question(std::string_view text, std::size_t word, SourceScan& scan) {
  if (is_asked_for(text, word)) return;
  std::size_t at = word;
  while (at < text.size() && is_identifier_character(text[at])) ++at;
  at = skip_blanks(text, at);
  // `#define HAS __has_include` asks under another name.
  const bool is_question = at < text.size() && text[at] == '(';
  if (!is_question || !add_name(text, skip_blanks(text, at + 1), scan)) scan.asks_more = true;
}

void sort_once(std::vector<std::string>& names) {
  std::ranges::sort(names);
  names.erase(std::ranges::unique(names).begin(), names.end());
}

}  // namespace

SourceScan scan_source(std::string_view text) {
  SourceScan scan;
  scan.asks_more = std::ranges::any_of(k_hiding_words,
                                       [&](std::string_view word) { return text.contains(word); });
  for (auto at = text.find('#'); at != text.npos; at = text.find('#', at + 1))
    read_directive(text, at, scan);
  for (auto at = text.find("__has_include"); at != text.npos;
       at = text.find("__has_include", at + 1))
    read_question(text, at, scan);
  sort_once(scan.quoted);
  sort_once(scan.angled);
  return scan;
}

}  // namespace xaas
