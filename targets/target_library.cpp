// SPDX-License-Identifier: Apache-2.0
#include "xaas/targets/target_library.hpp"

#include "embedded.hpp"
#include "processor_family.hpp"

#include "xaas/support/diagnostics.hpp"
#include "xaas/support/environment.hpp"
#include "xaas/support/files.hpp"
#include "xaas/targets/site_profile.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <system_error>
#include <utility>

namespace xaas {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view k_extension = ".json";

fs::path variable(const char* name) {
  return environment_variable(name).value_or("");
}

/// Empty when the user has no home. Relative paths are not to be used (XDG base directory
/// specification).
fs::path user_folder() {
  if (const auto path = variable("XDG_CONFIG_HOME"); path.is_absolute())
    return path / "xaas" / "targets";
  if (const auto path = variable("HOME"); path.is_absolute())
    return path / ".config" / "xaas" / "targets";
  return {};
}

bool is_file(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

/// Names of the descriptions in a folder. What editors leave there begins with a dot.
std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    const auto name = entry->path().filename().string();
    if (name.starts_with('.') || !name.ends_with(k_extension) || !is_file(entry->path())) continue;
    names.push_back(name.substr(0, name.size() - k_extension.size()));
  }
  return names;
}

const EmbeddedFile* shipped(std::string_view name) {
  const auto all = shipped_descriptions();
  const auto found = std::ranges::find(all, name, &EmbeddedFile::name);
  return found == all.end() ? nullptr : &*found;
}

Error unknown_name(std::string_view name) {
  std::vector<std::string> candidates{"host"};
  if (const auto known = known_targets())
    for (const KnownTarget& target : *known) candidates.push_back(target.name);
  for (const auto* family : processor_families())
    std::ranges::move(family->cpu_names(), std::back_inserter(candidates));
  std::string near;
  for (const auto& candidate : near_names(name, candidates))
    near += (near.empty() ? "`" : ", `") + candidate + "`";
  return fail(ErrorKind::invalid_input,
              "`{}` is neither a description's name nor a processor that LLVM knows", name)
      .with_code("target.unknown-name")
      .with_help(near.empty() ? "`xaas-deploy target list` lists the descriptions; processors are "
                                "called as LLVM calls them: `x86-64-v3`, `znver4`, `neoverse-v2`"
                              : "near names: " + near);
}

/// One that does not say how it is called is called as its file.
Result<Target> parse_description(std::string_view text, const fs::path& file,
                                 const std::string& doing) {
  auto target = while_doing(parse_target(text), doing);
  if (target && target->name.empty()) target->name = file.stem().string();
  return target;
}

}  // namespace

std::string_view name_of(TargetPlace place) {
  switch (place) {
    case TargetPlace::user:
      return "user";
    case TargetPlace::site:
      return "site";
    case TargetPlace::shipped:
      return "shipped";
  }
  return "";
}

Result<fs::path> user_target_folder() {
  if (auto path = user_folder(); !path.empty()) return path;
  return fail(ErrorKind::not_found, "neither XDG_CONFIG_HOME nor HOME names a folder")
      .with_code("target.no-home")
      .with_help("descriptions of your own go below one of them; `detect --output` names a place");
}

Result<std::vector<TargetFolder>> target_folders() {
  std::vector<TargetFolder> folders;
  if (auto path = user_folder(); !path.empty())
    folders.push_back({.where = TargetPlace::user, .path = std::move(path)});
  XAAS_TRY(const auto site, load_site_profile());
  XAAS_TRY(auto path, site_targets(site, environment_variables()));
  folders.push_back({.where = TargetPlace::site, .path = std::move(path)});
  return folders;
}

Result<std::vector<KnownTarget>> known_targets() {
  XAAS_TRY(const auto folders, target_folders());
  std::map<std::string, KnownTarget> known;
  const auto add = [&](const KnownTarget& target) {
    const auto [first, is_new] = known.try_emplace(target.name, target);
    if (!is_new) first->second.hides.push_back(target.where);
  };
  for (const auto& [where, folder] : folders) {
    for (const auto& name : names_in(folder))
      add({.name = name, .path = folder / (name + ".json"), .where = where, .hides = {}});
  }
  for (const EmbeddedFile& file : shipped_descriptions())
    add({.name = std::string(file.name), .path = {}, .where = TargetPlace::shipped, .hides = {}});
  std::vector<KnownTarget> list;
  list.reserve(known.size());
  for (auto& [name, target] : known) list.push_back(std::move(target));
  return list;
}

Result<std::optional<KnownTarget>> find_target(std::string_view name) {
  const std::string text(name);
  if (text.empty() || text.contains('/') || text.starts_with('.'))
    return std::optional<KnownTarget>();
  XAAS_TRY(const auto folders, target_folders());
  for (const auto& [where, folder] : folders) {
    auto path = folder / (text + ".json");
    if (is_file(path))
      return KnownTarget{.name = text, .path = std::move(path), .where = where, .hides = {}};
  }
  if (shipped(name) == nullptr) return std::optional<KnownTarget>();
  return KnownTarget{.name = text, .path = {}, .where = TargetPlace::shipped, .hides = {}};
}

Result<std::string> read_known_target(const KnownTarget& known) {
  if (!known.path.empty()) return read_file(known.path, k_longest_description);
  const auto* file = shipped(known.name);
  if (file != nullptr) return std::string(file->text);
  return fail(ErrorKind::internal, "no description `{}` is shipped", known.name);
}

bool names_target_file(std::string_view text) {
  return text.contains('/') || text.ends_with(k_extension) || is_file(text);
}

Result<Target> resolve_target(std::string_view text) {
  if (text == "host") return detect_host();
  if (names_target_file(text)) {
    const auto doing = fmt::format("reading the target description `{}`", text);
    XAAS_TRY(const auto json, while_doing(read_file(fs::path(text), k_longest_description), doing));
    return parse_description(json, text, doing);
  }
  XAAS_TRY(const auto known, find_target(text));
  if (known) {
    const auto doing =
        fmt::format("reading the description `{}`, {}", known->name,
                    known->path.empty() ? "which is shipped" : "`" + known->path.string() + "`");
    XAAS_TRY(const auto json, while_doing(read_known_target(*known), doing));
    return parse_description(json, known->name + ".json", doing);
  }
  auto target = target_of_cpu(text);
  if (target || target.error().code() != "target.unknown-cpu") return target;
  return unknown_name(text);
}

}  // namespace xaas
