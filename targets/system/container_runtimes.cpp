// SPDX-License-Identifier: Apache-2.0
#include "container_runtimes.hpp"

#include "library_search.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <string>
#include <utility>

namespace xaas {
namespace {

struct RuntimeProgram {
  std::string_view program;
  std::string_view name;
};
// NOLINTBEGIN(modernize-use-designated-initializers): a table
constexpr auto k_programs = std::to_array<RuntimeProgram>({
    {"apptainer", "apptainer"},
    {"singularity", "singularity"},
    {"sarus", "sarus"},
    {"shifter", "shifter"},
    {"ch-run", "charliecloud"},
    {"enroot", "enroot"},
    {"podman-hpc", "podman-hpc"},
    {"podman", "podman"},
    {"docker", "docker"},
    {"udocker", "udocker"},
    {"crun", "crun"},
    {"runc", "runc"},
});
// NOLINTEND(modernize-use-designated-initializers)

/// Apptainer goes by its old name, too.
bool is_another_name(const HostProbe& probe, const RuntimeProgram& entry, const std::string& path) {
  return entry.program == "singularity" &&
         std::filesystem::path(probe.link(path)).filename() == "apptainer";
}

}  // namespace

std::optional<std::vector<ContainerRuntime>> find_container_runtimes(const HostProbe& probe) {
  auto folders = absolute_folders_in(probe.variable("PATH"));
  for (const char* usual : {"/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin"})
    folders.emplace_back(usual);
  bool has_looked = false;
  std::map<std::string_view, std::string> paths;  // by program
  for (const std::string& folder : folders) {
    const auto names = probe.list(folder);
    if (!names) continue;
    has_looked = true;
    for (const RuntimeProgram& entry : k_programs) {
      if (!std::ranges::binary_search(*names, entry.program)) continue;
      std::string path = fmt::format("{}/{}", folder, entry.program);
      const bool is_folder = probe.list(path).has_value();
      if (!is_folder && !is_another_name(probe, entry, path))
        paths.emplace(entry.program, std::move(path));
    }
  }
  if (!has_looked) return {};
  std::vector<ContainerRuntime> runtimes;
  for (const RuntimeProgram& entry : k_programs) {
    const auto found = paths.find(entry.program);
    if (found != paths.end())
      runtimes.push_back({.name = std::string(entry.name), .path = found->second});
  }
  return runtimes;
}

}  // namespace xaas
