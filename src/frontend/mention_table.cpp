// SPDX-License-Identifier: Apache-2.0
#include "xaas/frontend/mention_table.hpp"

#include "compiler_headers.hpp"

#include "xaas/support/files.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

// A file that mentions no macro of the processor cannot ask about one. The exception are names that
// are made by pasting (`__##x##__`): such a unit gets no variant, and is as right as before.

namespace xaas {
namespace {

constexpr auto k_builtin_starts =
    std::to_array<std::string_view>({"__builtin_ia32_", "__builtin_neon_", "__builtin_sve_",
                                     "__builtin_sme_", "__builtin_arm_", "__builtin_aarch64_"});

bool is_word(char letter) {
  return std::isalnum(static_cast<unsigned char>(letter)) != 0 || letter == '_';
}

bool is_instruction_builtin(std::string_view word) {
  return std::ranges::any_of(k_builtin_starts,
                             [&](std::string_view start) { return word.starts_with(start); });
}

}  // namespace

Mentions mentions_in(std::string_view text, const std::set<std::string>& macros) {
  Mentions mentions;
  // All of the compiler's own macros for processors begin with two underscores.
  for (std::size_t at = text.find("__"); at != text.npos; at = text.find("__", at)) {
    std::size_t end = at;
    while (end < text.size() && is_word(text[end])) ++end;
    const bool is_whole = at == 0 || !is_word(text[at - 1]);
    const std::string word(text.substr(at, end - at));
    if (is_whole && macros.contains(word)) mentions.macros.insert(word);
    if (is_whole && is_instruction_builtin(word)) mentions.may_hide = true;
    at = end;
  }
  if (text.contains("\"-Weverything\"") || text.contains("\"-Wdeprecated-pragma\""))
    mentions.may_hide = true;
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
    if (is_compiler_header(path.string())) entry->file->mentions.may_hide = false;
  });
  return entry->file ? &*entry->file : nullptr;
}

}  // namespace xaas
