// SPDX-License-Identifier: Apache-2.0
#include "compiler_tools.hpp"

#include "xaas/ir/manifest.hpp"
#include "xaas/support/environment.hpp"
#include "xaas/support/process.hpp"

#include <system_error>

namespace xaas {
namespace {

namespace fs = std::filesystem;

// Names without a version may be any LLVM's, or a gcc that somebody called clang.
constexpr const char* k_version = "-22";

}  // namespace

ToolPlaces tool_places() {
  const auto self = own_executable();
  return {.beside = self ? self->parent_path() : fs::path(),
          .search_path = environment_variable("PATH").value_or("/usr/local/bin:/usr/bin:/bin"),
          .prefix = k_tools_prefix};
}

std::optional<fs::path> find_llvm_tool(const ToolPlaces& places, const std::string& name) {
  if (!places.beside.empty())
    if (auto tool = find_program((places.beside / (name + k_version)).string())) return tool;
  if (auto tool = find_program_in(places.search_path, name + k_version)) return tool;
  return find_program((places.prefix / "bin" / name).string());
}

Result<std::string> require_llvm_tool(const ToolPlaces& places, const std::string& name,
                                      const std::string& package) {
  if (const auto path = find_llvm_tool(places, name)) return path->string();
  const std::string versioned = name + k_version;
  return fail(ErrorKind::not_found, "no program `{}` in `{}`, in PATH (`{}`), or as `{}`",
              versioned, places.beside.string(), places.search_path,
              (places.prefix / "bin" / name).string())
      .with_code("capture.no-compiler")
      .with_help("install the package `" + package +
                 "`, or take xaas-build's tarball, which brings its own");
}

fs::path tarball_of_tool(const fs::path& tool) {
  std::error_code error;
  const fs::path prefix = fs::canonical(tool, error).parent_path().parent_path();
  const bool is_ours = !error && fs::is_directory(prefix / "libexec/xaas/llvm", error);
  return is_ours ? prefix : fs::path();
}

}  // namespace xaas
