// SPDX-License-Identifier: Apache-2.0
#include "tools_folder.hpp"

#include "xaas/support/compiler_text.hpp"
#include "xaas/support/files.hpp"
#include "xaas/support/process.hpp"
#include "xaas/support/text.hpp"

#include <fmt/format.h>

#include <sys/stat.h>
#include <sys/utsname.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string_view>

namespace xaas {
namespace {

namespace fs = std::filesystem;

// Makefiles name compilers directly, whatever CC says.
constexpr auto k_wrapped = std::to_array<const char*>(
    {"cc", "c++", "CC", "gcc", "g++", "clang", "clang++", "clang-22", "clang++-22", "c89", "c99",
     "ld", "ld.lld", "ld.lld-22", "ld.bfd", "ld.gold"});

constexpr auto k_fortran =
    std::to_array<const char*>({"flang", "flang-22", "flang-new", "flang-new-22"});

// These only move objects around; links find what is inside by content.
constexpr auto k_direct = std::to_array<std::array<const char*, 2>>({
    {"ar", "llvm-ar"},
    {"ranlib", "llvm-ranlib"},
    {"gcc-ar", "llvm-ar"},
    {"gcc-ranlib", "llvm-ranlib"},
    {"gcc-nm", "llvm-nm"},
    {"llvm-ar", "llvm-ar"},
    {"llvm-ranlib", "llvm-ranlib"},
    {"llvm-nm", "llvm-nm"},
});

// What libtool and install steps run, too. The machine's own where it has them.
constexpr auto k_where_absent = std::to_array<std::array<const char*, 2>>({
    {"nm", "llvm-nm"},
    {"objcopy", "llvm-objcopy"},
    {"readelf", "llvm-readelf"},
    {"strip", "llvm-strip"},
});

/// "gcc-12", "x86_64-linux-gnu-g++", "clang++-14": a compiler or linker with a version or a target.
bool is_tool_name(std::string_view name) {
  if (const auto dash = name.rfind('-'); dash != name.npos) {
    const std::string_view tail = name.substr(dash + 1);
    const bool is_version =
        !tail.empty() && std::ranges::all_of(tail, [](char c) { return is_digit(c) || c == '.'; });
    if (is_version) name = name.substr(0, dash);
  }
  utsname machine{};
  ::uname(&machine);
  const std::string prefix = std::string(machine.machine) + "-linux-gnu-";
  if (name.starts_with(prefix)) name.remove_prefix(prefix.size());
  return name == "gcc" || name == "g++" || name == "clang" || name == "clang++" || name == "ld";
}

std::set<std::string> tool_names_in(std::string_view search_path) {
  std::set<std::string> names;
  while (!search_path.empty()) {
    const auto colon = std::min(search_path.find(':'), search_path.size());
    const fs::path folder = search_path.substr(0, colon);
    search_path.remove_prefix(std::min(colon + 1, search_path.size()));
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error)) {
      const std::string name = entry->path().filename().string();
      if (is_tool_name(name)) names.insert(name);
    }
  }
  return names;
}

std::string or_empty(const std::optional<fs::path>& path) {
  return path ? path->string() : std::string{};
}

/// What tells one compiler from another: its words, and the file that says them.
Result<std::string> version_of(const std::string& compiler) {
  XAAS_TRY(const Outcome outcome, run({.argv = {compiler, "--version"}}));
  std::error_code error;
  const fs::path program = fs::canonical(compiler, error);
  struct stat info{};
  if (::stat(program.c_str(), &info) != 0) info = {};
  return fmt::format("{}{} {} {}", outcome.output, program.string(), info.st_size,
                     info.st_mtim.tv_sec);
}

/// Where it searches for headers by itself. Headers are named after folders as they stand there, or
/// without links.
Result<std::vector<std::string>> system_folders_of(const std::string& compiler,
                                                   const std::string& language) {
  XAAS_TRY(const Outcome outcome,
           run({.argv = {compiler, "-x", language, "-v", "-E", "/dev/null", "-o", "/dev/null"},
                .errors = Command::Errors::capture}));
  std::vector<std::string> folders;
  for (std::string& listed : header_folders_in(outcome.errors)) {
    std::error_code error;
    const fs::path folder = fs::weakly_canonical(listed, error);
    folders.push_back(std::move(listed));
    if (!error && folder != folders.back()) folders.push_back(folder.string());
  }
  return folders;
}

}  // namespace

Status describe_compilers(WrapperSettings& settings) {
  XAAS_TRY(settings.compiler_version, version_of(settings.c_compiler));
  XAAS_TRY(settings.system_folders, system_folders_of(settings.c_compiler, "c"));
  XAAS_TRY(const auto of_cxx, system_folders_of(settings.cxx_compiler, "c++"));
  for (const std::string& folder : of_cxx) {
    auto& known = settings.system_folders;
    if (std::ranges::find(known, folder) == known.end()) known.push_back(folder);
  }
  return {};
}

Result<WrapperSettings> find_real_tools(const ToolPlaces& places, std::string baseline) {
  WrapperSettings settings;
  XAAS_TRY(settings.c_compiler, require_llvm_tool(places, "clang", "clang-22"));
  XAAS_TRY(settings.cxx_compiler, require_llvm_tool(places, "clang++", "clang-22"));
  XAAS_TRY(settings.linker, require_llvm_tool(places, "ld.lld", "lld-22"));
  settings.fortran_compiler = or_empty(find_llvm_tool(places, "flang"));
  settings.gcc = or_empty(find_program_in(places.search_path, "gcc"));
  settings.gxx = or_empty(find_program_in(places.search_path, "g++"));
  settings.search_path = places.search_path;
  settings.baseline = std::move(baseline);
  return settings;
}

Result<fs::path> installed_wrapper() {
  XAAS_TRY(const fs::path self, own_executable());
  return self.parent_path().parent_path() / "libexec/xaas/xaas-cc";
}

Status make_tools_folder(const fs::path& folder, const WrapperSettings& settings,
                         const ToolPlaces& places, const fs::path& wrapper) {
  std::error_code error;
  if (!fs::exists(wrapper, error)) {
    return fail(ErrorKind::not_found, "the compiler wrapper `{}` is not there", wrapper.string())
        .with_code("capture.no-wrapper")
        .with_help("it belongs to the installation: `libexec` stands beside `bin`");
  }
  XAAS_CHECK(make_folders(folder));
  std::set<std::string> names = tool_names_in(settings.search_path);
  names.insert(k_wrapped.begin(), k_wrapped.end());
  if (!settings.fortran_compiler.empty()) names.insert(k_fortran.begin(), k_fortran.end());
  for (const std::string& name : names) XAAS_CHECK(make_link(wrapper, folder / name));
  for (const auto& [name, tool] : k_direct)
    if (const auto path = find_llvm_tool(places, tool)) XAAS_CHECK(make_link(*path, folder / name));
  for (const auto& [name, tool] : k_where_absent) {
    if (find_program_in(places.search_path, name)) continue;
    if (const auto path = find_llvm_tool(places, tool)) XAAS_CHECK(make_link(*path, folder / name));
  }
  return {};
}

std::string architecture_baseline() {
  utsname machine{};
  ::uname(&machine);
  const std::string_view name = machine.machine;
  if (name == "x86_64") return "x86-64";
  if (name == "aarch64") return "armv8-a";
  if (name == "riscv64") return "rv64gc";
  return std::string(name);
}

}  // namespace xaas
