// SPDX-License-Identifier: Apache-2.0
#include "link_resolution.hpp"

#include "linker_script.hpp"
#include "paths.hpp"

#include "xaas/support/files.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <fstream>
#include <optional>
#include <utility>

namespace xaas {
namespace {

namespace fs = std::filesystem;
using Role = RecordedInput::Role;
using enum LinkerMeaning;

constexpr int k_deepest_script = 16;

enum class Content { object, archive, shared_library, text };

/// By the first bytes, as the linker does; names do not count.
Result<Content> content_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string head(20, '\0');
  if (!file) {
    return fail(ErrorKind::not_found, "cannot open `{}`", path.string())
        .with_code("capture.link-input");
  }
  file.read(head.data(), static_cast<std::streamsize>(head.size()));
  head.resize(static_cast<std::size_t>(file.gcount()));
  if (head.starts_with("!<arch>\n") || head.starts_with("!<thin>\n")) return Content::archive;
  if (head.starts_with("BC\xC0\xDE")) return Content::object;
  if (!head.starts_with("\x7f"
                        "ELF") ||
      head.size() < 18)
    return Content::text;
  constexpr char k_et_dyn = 3;  // e_type, little-endian (gABI 4.1)
  return head[16] == k_et_dyn ? Content::shared_library : Content::object;
}

bool is_file(const fs::path& path) {
  std::error_code error;
  return fs::exists(path, error) && !fs::is_directory(path, error);
}

/// Walks over the arguments with the state that the linker has at each of them.
class Resolver {
 public:
  explicit Resolver(fs::path folder) : folder_(std::move(folder)) {}

  Result<ResolvedLink> resolve(const std::vector<LinkerArgument>& arguments) {
    link_.output = absolute_path(folder_, "a.out");
    // -L and --sysroot hold for the whole command line, wherever they stand.
    for (const LinkerArgument& argument : arguments)
      if (argument.meaning == sysroot) sysroot_ = argument.value;
    for (const LinkerArgument& argument : arguments)
      if (argument.meaning == search_folder) add_search_folder(argument.value);
    for (const LinkerArgument& argument : arguments) XAAS_CHECK(add(argument));
    return std::move(link_);
  }

 private:
  struct State {
    bool only_static = false;
    bool whole = false;
  };

  void add_search_folder(std::string_view text) {
    if (text.starts_with('=')) {
      search_.push_back(sysroot_ + std::string(text.substr(1)));
    } else if (text.starts_with("$SYSROOT")) {
      search_.push_back(sysroot_ + std::string(text.substr(8)));
    } else {
      search_.emplace_back(text);
    }
  }

  void keep(std::string text) {
    link_.inputs.push_back(
        {.role = Role::option, .text = std::move(text), .path = {}, .content = {}});
  }

  Status add(const LinkerArgument& argument) {
    if (!argument.is_option) return add_file(argument.value, argument.value, 0);
    switch (argument.meaning) {
      case library:
        return add_library(argument.value, 0);
      case file:
        return add_file_argument(argument, absolute_path(folder_, argument.value));
      case script:
        return add_script(argument);
      case output:
        link_.output = absolute_path(folder_, argument.value);
        return {};
      case format:
        if (argument.value == "binary") refuse("reads files as binary data, whose names count");
        return {};
      case unsupported:
        refuse("uses " + argument.name);
        return {};
      default:
        add_plain(argument);
        return {};
    }
  }

  void add_plain(const LinkerArgument& argument) {
    switch (argument.meaning) {
      case shared:
        link_.kind = LinkRecord::Kind::shared_library;
        break;
      case relocatable:
        link_.kind = LinkRecord::Kind::relocatable;
        break;
      case only_static:
      case allow_shared:
        state_.only_static = argument.meaning == only_static;
        break;
      case whole_archive:
      case no_whole:
        state_.whole = argument.meaning == whole_archive;
        return;
      case push_state:
        stack_.push_back(state_);
        break;
      case pop_state:
        if (stack_.empty()) break;
        state_ = stack_.back();
        stack_.pop_back();
        break;
      case kept:
      case strict_version:
        break;
      default:
        return;
    }
    if (!argument.name.starts_with("--build-id")) keep(argument.joined());
  }

  void refuse(std::string reason) {
    if (link_.opaque_reason.empty()) link_.opaque_reason = "the link " + std::move(reason);
  }

  Status add_file_argument(const LinkerArgument& argument, std::string path) {
    link_.inputs.push_back({.role = Role::file_argument,
                            .text = argument.name + (argument.name.starts_with("--") ? "=" : ""),
                            .path = std::move(path),
                            .content = {}});
    return {};
  }

  Status add_script(const LinkerArgument& argument) {
    if (is_file(folder_ / argument.value))
      return add_file_argument(argument, absolute_path(folder_, argument.value));
    const auto found = find_in_search(argument.value);
    if (!found) return missing("linker script", argument.value);
    return add_file_argument(argument, *found);
  }

  static Status missing(std::string_view what, std::string_view name) {
    return fail(ErrorKind::not_found, "cannot find {} `{}`", what, name)
        .with_code("capture.link-input");
  }

  [[nodiscard]] std::optional<std::string> find_in_search(const std::string& name) const {
    for (const std::string& place : search_)
      if (is_file(folder_ / place / name)) return absolute_path(folder_, fs::path(place) / name);
    return {};
  }

  [[nodiscard]] std::optional<std::string> find_library(const std::string& name) const {
    if (name.starts_with(':')) return find_in_search(name.substr(1));
    for (const std::string& place : search_) {
      const fs::path stem = fs::path(place) / ("lib" + name);
      if (!state_.only_static && is_file(folder_ / (stem.string() + ".so")))
        return absolute_path(folder_, stem.string() + ".so");
      if (is_file(folder_ / (stem.string() + ".a")))
        return absolute_path(folder_, stem.string() + ".a");
    }
    return {};
  }

  Status add_library(const std::string& name, int depth) {
    const auto path = find_library(name);
    if (!path) return missing("library", "-l" + name);
    return add_file(*path, fs::path(*path).filename().string(), depth);
  }

  /// `given` is what the linker writes as NEEDED for a shared library without a soname.
  Status add_file(const std::string& name, const std::string& given, int depth) {
    const std::string path = absolute_path(folder_, name);
    XAAS_TRY(const Content content, content_of(path));
    RecordedInput input{.text = {}, .path = path, .content = {}};
    switch (content) {
      case Content::text:
        return add_library_script(path, depth);
      case Content::object:
        input.role = Role::object;
        break;
      case Content::archive:
        input.role = Role::archive;
        input.whole = state_.whole;
        break;
      case Content::shared_library:
        input.role = Role::shared_library;
        input.text = given;
        break;
    }
    link_.inputs.push_back(std::move(input));
    return {};
  }

  Status add_library_script(const std::string& path, int depth) {
    if (depth >= k_deepest_script) {
      refuse("nests library scripts too deeply");
      return {};
    }
    XAAS_TRY(const std::string text, read_file(path));
    const auto script = parse_library_script(text);
    if (!script || script->has_more) {
      // Sections, versions or assignments: the linker has to see it. If it names files too, the
      // check against what was opened tells.
      link_.inputs.push_back(
          {.role = Role::file_argument, .text = {}, .path = path, .content = {}});
      return {};
    }
    link_.scripts.insert(path);
    for (const std::string& place : script->search_folders) add_search_folder(place);
    for (const auto& item : script->items) XAAS_CHECK(add_script_item(item, path, depth));
    return {};
  }

  Status add_script_item(const LibraryScript::Item& item, const fs::path& script, int depth) {
    using Kind = LibraryScript::Item::Kind;
    if (item.kind == Kind::begin_as_needed) {
      keep("--push-state");
      keep("--as-needed");
      return {};
    }
    if (item.kind == Kind::end_as_needed) {
      keep("--pop-state");
      return {};
    }
    const std::string& name = item.name;
    if (name.starts_with("-l")) return add_library(name.substr(2), depth + 1);
    const std::string path = find_script_item(name, script);
    if (path.empty()) return missing("file", name);
    return add_file(path, path, depth + 1);
  }

  [[nodiscard]] std::string find_script_item(const std::string& name,
                                             const fs::path& script) const {
    if (name.starts_with('=')) return sysroot_ + name.substr(1);
    if (name.starts_with('/')) {
      // Inside the sysroot only for scripts that lie there.
      const bool rooted = !sysroot_.empty() && script.string().starts_with(sysroot_ + "/");
      return rooted ? sysroot_ + name : name;
    }
    const fs::path beside = script.parent_path() / name;
    if (is_file(beside)) return beside.string();
    if (is_file(folder_ / name)) return absolute_path(folder_, name);
    return find_in_search(name).value_or("");
  }

  fs::path folder_;
  std::string sysroot_;
  std::vector<std::string> search_;
  State state_;
  std::vector<State> stack_;
  ResolvedLink link_;
};

std::string canonical(const fs::path& folder, const std::string& path) {
  std::error_code error;
  const fs::path found = fs::weakly_canonical(folder / path, error);
  return error ? absolute_path(folder, path) : found.string();
}

}  // namespace

Result<ResolvedLink> resolve_link(const std::vector<LinkerArgument>& arguments,
                                  const fs::path& folder) {
  return Resolver(folder).resolve(arguments);
}

ResolvedLink output_alone(const std::vector<LinkerArgument>& arguments, const fs::path& folder,
                          std::string reason) {
  ResolvedLink link{.output = absolute_path(folder, "a.out"), .opaque_reason = std::move(reason)};
  for (const LinkerArgument& argument : arguments) {
    if (!argument.is_option) continue;
    if (argument.meaning == output) link.output = absolute_path(folder, argument.value);
    if (argument.meaning == shared) link.kind = LinkRecord::Kind::shared_library;
    if (argument.meaning == relocatable) link.kind = LinkRecord::Kind::relocatable;
  }
  return link;
}

std::set<std::string> parse_dependency_file(std::string_view text) {
  // lld ends the file with one "\nNAME:\n" per file, so that make does not mind one that is gone.
  std::set<std::string> names;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size() - 1);
    std::string_view line = text.substr(0, end + 1);
    text.remove_prefix(end + 1);
    if (!line.ends_with(":\n")) continue;
    line.remove_suffix(2);
    std::string name;
    for (std::size_t i = 0; i < line.size(); ++i) {
      const bool escapes =
          i + 1 < line.size() && ((line[i] == '\\' && (line[i + 1] == ' ' || line[i + 1] == '#')) ||
                                  (line[i] == '$' && line[i + 1] == '$'));
      if (escapes) ++i;
      name += line[i];
    }
    names.insert(std::move(name));
  }
  return names;
}

std::string difference_to_opened(const ResolvedLink& link, const std::set<std::string>& opened,
                                 const fs::path& folder) {
  std::set<std::string> expected;
  std::set<std::string> seen;
  for (const std::string& script : link.scripts) expected.insert(canonical(folder, script));
  for (const RecordedInput& input : link.inputs)
    if (input.role != Role::option) expected.insert(canonical(folder, input.path));
  for (const std::string& name : opened) seen.insert(canonical(folder, name));
  for (const std::string& name : seen)
    if (!expected.contains(name)) return fmt::format("the linker also read `{}`", name);
  for (const std::string& name : expected)
    if (!seen.contains(name)) return fmt::format("the linker did not read `{}`", name);
  return {};
}

}  // namespace xaas
