// SPDX-License-Identifier: Apache-2.0
#include "xaas/frontend/header_search.hpp"

#include "xaas/support/compiler_text.hpp"
#include "xaas/support/process.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <iterator>
#include <string_view>
#include <utility>

// The headers that a unit could read are those that its files include under any condition, in every
// folder that the compiler searches, and what these include: more than it reads, and never less.

namespace xaas {
namespace {

namespace fs = std::filesystem;

/// Arguments that have no influence on where headers are looked for.
bool is_irrelevant(std::string_view argument) {
  static constexpr auto k_starts =
      std::to_array<std::string_view>({"-D", "-U", "-W", "-f", "-O", "-g", "-m", "-std="});
  return std::ranges::any_of(k_starts,
                             [&](std::string_view start) { return argument.starts_with(start); });
}

/// Files that stand for headers without their text.
bool brings_compiled_headers(const CompileCommand& command) {
  return std::ranges::any_of(command.arguments, [](std::string_view argument) {
    return argument == "-include-pch" || argument.starts_with("-fmodule") ||
           argument.starts_with("-fpch") || argument.starts_with("-fprebuilt");
  });
}

/// Values of -include and -imacros.
std::set<Include> forced_includes(const CompileCommand& command) {
  std::set<Include> includes;
  for (std::size_t i = 0; i < command.arguments.size(); ++i) {
    for (const std::string_view flag : {"-include", "-imacros", "--include=", "--imacros="}) {
      const std::string_view argument = command.arguments[i];
      if (argument == flag && i + 1 < command.arguments.size()) {
        includes.insert({.name = command.arguments[i + 1], .is_quoted = true});
      } else if (argument.starts_with(flag)) {
        includes.insert({.name = std::string(argument.substr(flag.size())), .is_quoted = true});
      }
    }
  }
  return includes;
}

}  // namespace

Result<HeaderSearch::Folders> HeaderSearch::folders_of(const CompileCommand& command,
                                                       const std::string& folder) {
  std::vector<std::string> argv{command.compiler};
  std::ranges::copy_if(command.arguments, std::back_inserter(argv), [&](const auto& argument) {
    return argument != command.source && argument != "--" && !is_irrelevant(argument);
  });
  std::vector<std::string> key = argv;
  key.insert(key.end(), {command.language, folder});
  AskedFolders* asked = nullptr;
  {
    const std::scoped_lock lock(mutex_);
    asked = &folders_[std::move(key)];
  }
  const std::scoped_lock lock(asked->mutex);
  if (asked->folders) return *asked->folders;
  argv.insert(argv.end(), {"-x", command.language, "-v", "-fsyntax-only", "/dev/null"});
  XAAS_TRY(const Outcome outcome, run(command.inside(Command{.argv = std::move(argv)})));
  asked->folders = header_folders_in(outcome.errors);
  return *asked->folders;
}

Mentions HeaderSearch::search(const Folders& folders, const Include& include) {
  Mentions all;
  std::set<std::string> seen;
  std::vector<std::pair<Include, std::string>> open{{include, {}}};
  while (!open.empty()) {
    const auto [next, from] = std::move(open.back());
    open.pop_back();
    Folders places = folders;
    if (next.is_quoted && !from.empty()) places.push_back(from);
    if (next.name.starts_with('/')) places = {""};
    for (const std::string& place : places) {
      const std::string path = (fs::path(place) / next.name).lexically_normal().string();
      if (!seen.insert(path).second) continue;
      const auto* file = table_->read(path);
      if (file == nullptr) continue;
      all.add(file->mentions);
      for (const Include& inner : file->mentions.includes)
        open.emplace_back(inner, fs::path(path).parent_path().string());
    }
  }
  all.includes.clear();
  return all;
}

Mentions HeaderSearch::closure_of(const Folders& folders, const Include& include) {
  const std::pair key(folders, include);
  {
    const std::scoped_lock lock(mutex_);
    if (const auto known = closures_.find(key); known != closures_.end()) return known->second;
  }
  Mentions mentions = search(folders, include);
  const std::scoped_lock lock(mutex_);
  return closures_.emplace(key, std::move(mentions)).first->second;
}

Result<Mentions> HeaderSearch::mentions_of(const CompileCommand& command, const std::string& folder,
                                           const std::set<Include>& includes) {
  Mentions all;
  all.has_unknown_includes = brings_compiled_headers(command);
  XAAS_TRY(const Folders folders, folders_of(command, folder));
  if (folders.empty()) all.has_unknown_includes = true;
  for (const auto& some : {includes, forced_includes(command)})
    for (const Include& include : some) all.add(closure_of(folders, include));
  return all;
}

}  // namespace xaas
