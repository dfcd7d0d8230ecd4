// SPDX-License-Identifier: Apache-2.0
#include "wrapper.hpp"

#include "xaas/support/diagnostics.hpp"
#include "xaas/support/environment.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// xaas-cc: the program behind every link in the tools folder. Its own name says what it stands for.

namespace xaas {
namespace {

namespace fs = std::filesystem;

/// The capture folder from the environment, or beside the tools folder we were started from: some
/// builds clear the environment.
Result<fs::path> capture_folder(const fs::path& own_name) {
  if (const auto given = environment_variable("XAAS_CAPTURE"); given && !given->empty())
    return fs::path(*given);
  if (own_name.has_parent_path()) return own_name.parent_path().parent_path() / "capture";
  return fail(ErrorKind::invalid_input, "`{}` runs outside a build of xaas-build",
              own_name.string())
      .with_code("capture.no-settings")
      .with_help("XAAS_CAPTURE names the capture folder");
}

bool is_linker(std::string_view name) {
  return name == "ld" || name.starts_with("ld.") || name.ends_with("-ld") ||
         name.starts_with("ld-");
}

Result<int> act(int argc, char** argv) {
  const fs::path own_name = argc > 0 ? argv[0] : "xaas-cc";
  const std::string name = own_name.filename().string();
  std::vector<std::string> arguments;
  for (int i = 1; i < argc; ++i) arguments.emplace_back(argv[i]);
  XAAS_TRY(const fs::path capture, capture_folder(own_name));
  XAAS_TRY(auto settings, read_settings(capture));
  std::error_code error;
  const fs::path folder = fs::current_path(error);
  const WrapperJob job{
      .settings = std::move(settings), .store = CaptureStore(capture), .folder = folder.string()};
  if (is_linker(name)) return run_linker(job, arguments);
  // POSIX's names for a compiler of one standard.
  if (name == "c89" || name == "c99") arguments.insert(arguments.begin(), "-std=" + name);
  if (name.starts_with("flang")) return run_compiler(job, Driver::fortran, arguments);
  const bool is_cxx = name.contains("++") || name == "CC";
  return run_compiler(job, is_cxx ? Driver::cxx : Driver::c, arguments);
}

}  // namespace
}  // namespace xaas

int main(int argc, char** argv) {
  return xaas::run_program("xaas-cc", [&] { return xaas::act(argc, argv); });
}
