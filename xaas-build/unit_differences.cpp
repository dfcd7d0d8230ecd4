// SPDX-License-Identifier: Apache-2.0
#include "unit_differences.hpp"

#include "build_paths.hpp"

#include "xaas/support/files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace xaas {
namespace {

using Kind = UnitDifference::Kind;

/// Longer lists help nobody.
constexpr std::size_t k_most_differences = 12;

/// A compile's words, sorted into what is compared.
struct CommandWords {
  std::vector<std::string> flags;             // in order
  std::map<std::string, std::string> macros;  // "NAME" -> value; the last one counts
};

/// "NAME=value" of a -D.
std::pair<std::string, std::string> macro_of(const std::string& text) {
  const auto equals = text.find('=');
  if (equals == text.npos) return {text, "1"};
  return {text.substr(0, equals), text.substr(equals + 1)};
}

CommandWords words_of(const CompileRecord& compile) {
  CommandWords words;
  const std::vector<std::string>& all = compile.arguments;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const bool has_next = i + 1 < all.size();
    if (all[i] == "-D" && has_next) {
      words.macros.insert_or_assign(macro_of(all[i + 1]).first, macro_of(all[i + 1]).second);
      ++i;
    } else if (all[i].starts_with("-D")) {
      const auto [name, value] = macro_of(all[i].substr(2));
      words.macros.insert_or_assign(name, value);
    } else if (all[i].starts_with("-")) {
      // A value that stands by itself goes with its flag.
      const bool is_pair = has_next && !all[i + 1].starts_with("-") && i + 2 < all.size() &&
                           !compile.source.ends_with(all[i + 1]);
      words.flags.push_back(is_pair ? all[i] + " " + all[i + 1] : all[i]);
      if (is_pair) ++i;
    }
  }
  return words;
}

std::vector<std::string> only_in(const std::vector<std::string>& these,
                                 std::vector<std::string> those) {
  std::vector<std::string> only;
  std::vector<std::string> sorted = std::move(those);
  std::ranges::sort(sorted);
  for (const std::string& word : these) {
    const auto place = std::ranges::lower_bound(sorted, word);
    if (place != sorted.end() && *place == word) {
      sorted.erase(place);
    } else {
      only.push_back(word);
    }
  }
  return only;
}

void compare_flags(const std::vector<std::string>& here, const std::vector<std::string>& there,
                   std::vector<UnitDifference>& differences) {
  if (here == there) return;
  const auto added = only_in(here, there);
  const auto removed = only_in(there, here);
  for (const std::string& flag : added)
    differences.push_back({.kind = Kind::flag, .name = flag, .here = flag});
  for (const std::string& flag : removed)
    differences.push_back({.kind = Kind::flag, .name = flag, .there = flag});
  if (!added.empty() || !removed.empty()) return;
  differences.push_back({.kind = Kind::flag,
                         .name = "order",
                         .here = fmt::format("{}", fmt::join(here, " ")),
                         .there = fmt::format("{}", fmt::join(there, " "))});
}

using Macros = std::map<std::string, std::string>;

void compare_macros(const Macros& here, const Macros& there,
                    std::vector<UnitDifference>& differences) {
  std::set<std::string> names;
  for (const auto& [name, value] : here) names.insert(name);
  for (const auto& [name, value] : there) names.insert(name);
  for (const std::string& name : names) {
    const auto a = here.find(name);
    const auto b = there.find(name);
    UnitDifference difference{.kind = Kind::macro, .name = name};
    // Empty says that it is not defined.
    if (a != here.end()) difference.here = a->second.empty() ? "defined" : a->second;
    if (b != there.end()) difference.there = b->second.empty() ? "defined" : b->second;
    const bool differs =
        (a == here.end()) != (b == there.end()) || (a != here.end() && a->second != b->second);
    if (differs) differences.push_back(std::move(difference));
  }
}

/// What a header defines, as far as its lines alone tell.
Macros definitions_in(std::string_view text) {
  Macros macros;
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string word;
    words >> word;
    if (word == "#") {
      words >> word;
      word.insert(0, "#");
    }
    std::string name;
    if (word != "#define" || !(words >> name)) continue;
    std::string value;
    std::getline(words >> std::ws, value);
    macros.insert_or_assign(name, value);
  }
  return macros;
}

struct CompiledUnit {
  const CompileRecord& compile;
  const BuildResult& build;
};

/// The file as the compile read it; empty when it is not so any more.
std::optional<std::string> content_of(const CompileInput& input, const BuildResult& build) {
  auto text = read_file(current_path(build, input.path), k_longest_document);
  if (!text || digest_of(*text) != input.content) return {};
  return *std::move(text);
}

std::string first_line_only_in(const std::string& these, const std::string& those) {
  std::set<std::string, std::less<>> known;
  std::istringstream others(those);
  for (std::string line; std::getline(others, line);) known.insert(line);
  std::istringstream lines(these);
  for (std::string line; std::getline(lines, line);)
    if (!known.contains(line)) return line;
  return {};
}

/// A file that both have read, with other content: by what it defines, else by a line.
void compare_texts(const std::string& name, const std::optional<std::string>& here,
                   const std::optional<std::string>& there,
                   std::vector<UnitDifference>& differences) {
  UnitDifference file{.kind = Kind::file, .name = name};
  std::vector<UnitDifference> macros;
  if (here && there) compare_macros(definitions_in(*here), definitions_in(*there), macros);
  if (here && there && macros.empty()) {
    file.here = first_line_only_in(*here, *there);
    file.there = first_line_only_in(*there, *here);
  }
  differences.push_back(std::move(file));
  differences.insert(differences.end(), macros.begin(), macros.end());
}

void compare_inputs(const CompiledUnit& unit, const CompiledUnit& other,
                    std::vector<UnitDifference>& differences) {
  std::map<std::string, const CompileInput*> there;
  for (const CompileInput& input : other.compile.inputs) there[input.path] = &input;
  for (const CompileInput& input : unit.compile.inputs) {
    const auto found = there.find(input.path);
    const std::string name = display_path(unit.build, input.path);
    if (found == there.end()) {
      differences.push_back({.kind = Kind::file, .name = name, .here = "read"});
      continue;
    }
    if (found->second->content != input.content) {
      compare_texts(name, content_of(input, unit.build), content_of(*found->second, other.build),
                    differences);
    }
    there.erase(found);
  }
  for (const auto& [path, input] : there) {
    differences.push_back(
        {.kind = Kind::file, .name = display_path(other.build, path), .there = "read"});
  }
}

std::vector<UnitDifference> differences_of(const CompiledUnit& unit, const CompiledUnit& other) {
  std::vector<UnitDifference> differences;
  const CommandWords here = words_of(unit.compile);
  const CommandWords there = words_of(other.compile);
  compare_flags(here.flags, there.flags, differences);
  compare_macros(here.macros, there.macros, differences);
  compare_inputs(unit, other, differences);
  if (differences.size() > k_most_differences) differences.resize(k_most_differences);
  return differences;
}

bool is_same_code(const TranslationUnit& unit, const TranslationUnit& other) {
  return unit.bitcode == other.bitcode && unit.machine_code == other.machine_code;
}

}  // namespace

void find_differences(const UnitTable& table, const std::vector<std::size_t>& merged,
                      IrManifest& manifest) {
  // Of several that have become one unit, the first stands for it.
  std::map<std::size_t, std::size_t> in_table;
  for (std::size_t i = 0; i < merged.size(); ++i) in_table.emplace(merged[i], i);
  std::map<std::string, std::size_t> first_of_source;
  for (const auto& [index, entry] : in_table) {
    TranslationUnit& unit = manifest.units[index];
    const CompileRecord* compile = table.compile_of(entry);
    if (compile == nullptr) continue;
    const auto [place, is_first] = first_of_source.emplace(unit.source, index);
    const std::size_t first = place->second;
    if (is_first || is_same_code(unit, manifest.units[first])) continue;
    const std::size_t other = in_table.at(first);
    unit.differs_from = first;
    unit.differences =
        differences_of({.compile = *compile, .build = *table.build_of(entry)},
                       {.compile = *table.compile_of(other), .build = *table.build_of(other)});
  }
}

}  // namespace xaas
