// SPDX-License-Identifier: Apache-2.0

// Module files for a tree. Its programs find their libraries by their own run paths, so there is no
// LD_LIBRARY_PATH.

#include "export/export.hpp"

#include "xaas/support/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>
#include <utility>

namespace xaas {
namespace {

namespace fs = std::filesystem;

/// Of both languages: what the file says.
struct ModuleContent {
  std::vector<std::pair<std::string, std::string>> facts;  // "Configuration", "gpu=cuda"
  std::vector<std::string> needed;                         // modules
  std::vector<std::pair<std::string, std::string>> paths;  // variable, folder
  std::map<std::string, std::string> settings;
};

/// Where packages put what other programs look for, below a prefix.
struct Place {
  const char* variable;
  const char* folder;
};
constexpr Place k_places[] = {
    {.variable = "PATH", .folder = "bin"},
    {.variable = "PATH", .folder = "sbin"},
    {.variable = "MANPATH", .folder = "share/man"},
    {.variable = "MANPATH", .folder = "man"},
    {.variable = "PKG_CONFIG_PATH", .folder = "lib/pkgconfig"},
    {.variable = "PKG_CONFIG_PATH", .folder = "lib64/pkgconfig"},
    {.variable = "PKG_CONFIG_PATH", .folder = "share/pkgconfig"},
};
constexpr const char* k_cmake_folders[] = {"lib/cmake", "lib64/cmake", "share/cmake"};

std::vector<std::pair<std::string, std::string>> paths_of(const fs::path& tree) {
  std::vector<std::pair<std::string, std::string>> paths;
  std::error_code error;
  for (const Place& place : k_places) {
    if (fs::is_directory(tree / place.folder, error))
      paths.emplace_back(place.variable, (tree / place.folder).string());
  }
  const bool has_cmake = std::ranges::any_of(
      k_cmake_folders, [&](const char* folder) { return fs::is_directory(tree / folder, error); });
  if (has_cmake) paths.emplace_back("CMAKE_PREFIX_PATH", tree.string());
  return paths;
}

Result<ModuleContent> content_of(const ExportSubject& subject) {
  if (subject.kind != ExportSubject::Kind::tree) {
    return wrong_kind(subject, "a module",
                      "write the deployment as a tree: `xaas-deploy specialize IMAGE --output "
                      "tree:FOLDER`");
  }
  if (subject.path.native().contains(':')) {
    return fail(ErrorKind::invalid_input,
                "`{}` has a `:`, and variables such as PATH part folders at it",
                subject.path.string())
        .with_code("export.path")
        .with_help("deploy to a folder with another name");
  }
  const Cpu& cpu = subject.part.target.cpu;
  ModuleContent content;
  content.facts = {{"Name", subject.record.application},
                   {"Description", subject.record.application + ", specialized for " + cpu.name},
                   {"Configuration", subject.record.configuration},
                   {"Target", fmt::format("{} ({})", cpu.name, cpu.level)},
                   {"Deployment", subject.digest}};
  std::erase_if(content.facts, [](const auto& fact) { return fact.second.empty(); });
  content.needed = needed_modules(subject.part);
  content.paths = paths_of(subject.path);
  content.settings = subject.settings;
  return content;
}

constexpr const char* k_usage =
    "put it into a folder of MODULEPATH, or say `module use` of the folder that it lies in";

/// A string of Lua.
std::string in_lua(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      quoted += fmt::format("\\{}", c);
    } else if (static_cast<unsigned char>(c) < ' ') {
      quoted += fmt::format("\\{:03}", static_cast<unsigned>(c));
    } else {
      quoted += c;
    }
  }
  return quoted + "\"";
}

/// A word of Tcl: what its parser takes no notice of, and the rest behind a backslash.
std::string in_tcl(std::string_view text) {
  if (text.empty()) return "{}";
  std::string quoted;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < ' ') {
      quoted += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
      continue;
    }
    const bool is_plain = is_alphanumeric(c) || static_cast<unsigned char>(c) >= 0x80 ||
                          std::string_view("_/.,:=+@%-").contains(c);
    if (!is_plain) quoted += '\\';
    quoted += c;
  }
  return quoted;
}

bool sets_manpath(const ModuleContent& content) {
  return std::ranges::any_of(content.paths,
                             [](const auto& path) { return path.first == "MANPATH"; });
}

}  // namespace

Result<std::string> export_lua_module(const ExportSubject& subject) {
  XAAS_TRY(const auto content, content_of(subject));
  std::string text = export_header(subject, "--", "as a module for Lmod", {k_usage});
  for (const auto& [name, value] : content.facts)
    text += fmt::format("whatis({})\n", in_lua(fmt::format("{}: {}", name, value)));
  // One deployment of an application at a time.
  text += fmt::format("family({})\n", in_lua(plain_name(subject)));
  for (const std::string& module : content.needed)
    text += fmt::format("depends_on({})\n", in_lua(module));
  for (const auto& [variable, folder] : content.paths)
    text += fmt::format("prepend_path({}, {})\n", in_lua(variable), in_lua(folder));
  // An empty entry stands for the manuals of the system.
  if (sets_manpath(content)) text += "append_path(\"MANPATH\", \"\")\n";
  for (const auto& [name, value] : content.settings)
    text += fmt::format("setenv({}, {})\n", in_lua(name), in_lua(value));
  return text;
}

Result<std::string> export_tcl_module(const ExportSubject& subject) {
  XAAS_TRY(const auto content, content_of(subject));
  std::string text = "#%Module1.0\n" + export_header(subject, "#", "as a module in Tcl", {k_usage});
  for (const auto& [name, value] : content.facts)
    text += fmt::format("module-whatis {}\n", in_tcl(fmt::format("{}: {}", name, value)));
  text += fmt::format("conflict {}\n", in_tcl(plain_name(subject)));
  for (const std::string& module : content.needed)
    text += fmt::format("prereq {}\n", in_tcl(module));
  for (const auto& [variable, folder] : content.paths)
    text += fmt::format("prepend-path {} {}\n", in_tcl(variable), in_tcl(folder));
  if (sets_manpath(content)) text += "append-path MANPATH {}\n";
  for (const auto& [name, value] : content.settings)
    text += fmt::format("setenv {} {}\n", in_tcl(name), in_tcl(value));
  return text;
}

}  // namespace xaas
