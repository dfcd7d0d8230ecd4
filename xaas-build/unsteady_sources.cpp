// SPDX-License-Identifier: Apache-2.0
#include "unsteady_sources.hpp"

#include "build_paths.hpp"

#include "xaas/support/compiler_text.hpp"
#include "xaas/support/files.hpp"

#include <fmt/format.h>

#include <map>
#include <set>
#include <string_view>

namespace xaas {
namespace {

bool has_word(std::string_view text, std::string_view word) {
  for (auto at = text.find(word); at != text.npos; at = text.find(word, at + 1)) {
    const auto end = at + word.size();
    const bool begins = at == 0 || !is_identifier_character(text[at - 1]);
    if (begins && (end == text.size() || !is_identifier_character(text[end]))) return true;
  }
  return false;
}

/// File -> what it asks for.
using Questions = std::map<std::string, std::string>;

void add_questions(const BuildResult& build, std::set<Digest>& read, Questions& questions) {
  for (const CompileRecord& compile : build.log.compiles) {
    for (const CompileInput& input : compile.inputs) {
      if (!read.insert(input.content).second) continue;
      const auto text = read_file(current_path(build, input.path), k_longest_document);
      if (!text) continue;
      for (const char* word : {"__DATE__", "__TIME__", "__TIMESTAMP__"})
        if (has_word(*text, word)) questions[display_path(build, input.path)] = word;
    }
  }
}

/// Source -> configurations that have a unit of it, and bitcode -> sources.
struct Sources {
  std::map<std::string, std::set<std::size_t>> users;
  std::map<Digest, std::set<std::string>> of_code;
};

Sources sources_of(const IrManifest& manifest) {
  Sources sources;
  for (std::size_t c = 0; c < manifest.configurations.size(); ++c) {
    for (const std::size_t index : units_of(manifest, c)) {
      const TranslationUnit& unit = manifest.units[index];
      sources.users[unit.source].insert(c);
      if (!unit.bitcode.is_empty()) sources.of_code[unit.bitcode].insert(unit.source);
    }
  }
  return sources;
}

/// Whether each of these sources is in one configuration, and each configuration has one of them.
bool is_renamed_each_time(const std::set<std::string>& names, const Sources& sources,
                          std::size_t configurations) {
  if (names.size() < 2 || names.size() != configurations) return false;
  std::set<std::size_t> users;
  for (const std::string& name : names) {
    const std::set<std::size_t>& own = sources.users.at(name);
    users.insert(own.begin(), own.end());
    if (own.size() != 1) return false;
  }
  return users.size() == configurations;
}

}  // namespace

std::vector<std::string> unsteady_sources(const std::vector<BuiltConfiguration>& configurations,
                                          const IrManifest& manifest) {
  std::vector<std::string> warnings;
  std::set<Digest> read;
  Questions questions;
  for (const BuiltConfiguration& built : configurations)
    add_questions(built.build, read, questions);
  for (const auto& [file, word] : questions) {
    warnings.push_back(
        word == "__TIMESTAMP__"
            ? fmt::format("`{}` asks for `__TIMESTAMP__`, the time of the file: it may be another "
                          "program in each build",
                          file)
            : fmt::format("`{}` asks for `{}`: it is told SOURCE_DATE_EPOCH, by default the first "
                          "day of 1980",
                          file, word));
  }
  const Sources sources = sources_of(manifest);
  for (const auto& [code, names] : sources.of_code) {
    if (!is_renamed_each_time(names, sources, configurations.size())) continue;
    warnings.push_back(
        fmt::format("`{}` and `{}` are the same code: the name of its source is another one in "
                    "each build",
                    *names.begin(), *names.rbegin()));
  }
  return warnings;
}

}  // namespace xaas
