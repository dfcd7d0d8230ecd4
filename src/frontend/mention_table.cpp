// SPDX-License-Identifier: Apache-2.0
#include "xaas/frontend/mention_table.hpp"

#include "compiler_headers.hpp"

#include "xaas/support/compiler_text.hpp"
#include "xaas/support/files.hpp"

#include <algorithm>
#include <array>
#include <utility>

// A file that mentions no macro of the processor cannot ask about one. The exception are names that
// are made by pasting (`__##x##__`): such a unit gets no variant, and is as right as before.

namespace xaas {
namespace {

constexpr auto k_builtin_starts =
    std::to_array<std::string_view>({"__builtin_ia32_", "__builtin_neon_", "__builtin_sve_",
                                     "__builtin_sme_", "__builtin_arm_", "__builtin_aarch64_"});

std::string_view skip_blanks(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  return begin == text.npos ? std::string_view() : text.substr(begin);
}

/// A directive behind its `#`, when it includes something.
void read_include(std::string_view line, Mentions& mentions) {
  line = skip_blanks(line);
  const auto known = {std::string_view("include_next"), std::string_view("include"),
                      std::string_view("import")};
  const auto* word = std::ranges::find_if(
      known, [&](std::string_view directive) { return line.starts_with(directive); });
  if (word == known.end()) return;
  const std::string_view behind = line.substr(word->size());
  const std::string_view name = skip_blanks(behind);
  const char open = name.empty() ? '\0' : name.front();
  const auto close = open == '<' ? name.find('>') : name.find('"', 1);
  if ((open == '<' || open == '"') && close != name.npos) {
    mentions.includes.insert(
        {.name = std::string(name.substr(1, close - 1)), .is_quoted = open == '"'});
  } else if (name.size() < behind.size() && is_identifier_character(open)) {
    mentions.has_unknown_includes = true;
  }
}

/// A builtin's name that `__has_builtin` is asked about stands in a directive, be it a macro's.
bool names_instruction_builtin(std::string_view directive) {
  return std::ranges::any_of(k_builtin_starts,
                             [&](std::string_view start) { return directive.contains(start); });
}

void read_directives(std::string_view text, Mentions& mentions) {
  for (std::size_t begin = 0; begin < text.size();) {
    auto end = std::min(text.find('\n', begin), text.size());
    const std::string_view first = skip_blanks(text.substr(begin, end - begin));
    if (first.starts_with('#')) {
      while (end < text.size() && text[end - 1] == '\\')
        end = std::min(text.find('\n', end + 1), text.size());
      read_include(first.substr(1), mentions);
      mentions.has_builtins |= names_instruction_builtin(text.substr(begin, end - begin));
    }
    begin = end + 1;
  }
}

std::set<std::string> macros_in(std::string_view text, const std::set<std::string>& macros) {
  std::set<std::string> found;
  // All of the compiler's own macros for processors begin with two underscores.
  for (std::size_t at = text.find("__"); at != text.npos; at = text.find("__", at)) {
    std::size_t end = at;
    while (end < text.size() && is_identifier_character(text[end])) ++end;
    std::string word(text.substr(at, end - at));
    const bool is_whole = at == 0 || !is_identifier_character(text[at - 1]);
    if (is_whole && macros.contains(word)) found.insert(std::move(word));
    at = end;
  }
  return found;
}

}  // namespace

void Mentions::add(const Mentions& more) {
  macros.insert(more.macros.begin(), more.macros.end());
  has_builtins |= more.has_builtins;
  hides_warnings |= more.hides_warnings;
  has_openmp_selectors |= more.has_openmp_selectors;
  includes.insert(more.includes.begin(), more.includes.end());
  has_unknown_includes |= more.has_unknown_includes;
}

Mentions mentions_in(std::string_view text, const std::set<std::string>& macros) {
  Mentions mentions{.macros = macros_in(text, macros)};
  read_directives(text, mentions);
  mentions.hides_warnings =
      text.contains("\"-Weverything\"") || text.contains("\"-Wdeprecated-pragma\"");
  mentions.has_openmp_selectors =
      text.contains("metadirective") || text.contains("declare variant");
  return mentions;
}

const MentionTable::File* MentionTable::read(const std::filesystem::path& path) {
  Entry* entry = nullptr;
  {
    const std::scoped_lock lock(mutex_);
    auto& place = entries_[path.string()];
    if (!place) place = std::make_unique<Entry>();
    entry = place.get();
  }
  std::call_once(entry->once, [&] {
    const auto text = read_file(path);
    if (!text) return;
    entry->file = File{.content = digest_of(*text), .mentions = mentions_in(*text, macros_)};
    // They define the instructions, and ask for no builtin by `__has_builtin`.
    if (is_compiler_header(path.string())) entry->file->mentions.has_builtins = false;
  });
  return entry->file ? &*entry->file : nullptr;
}

}  // namespace xaas
