// SPDX-License-Identifier: Apache-2.0
#include "mpi.hpp"

#include "library_search.hpp"

#include "xaas/elf/elf_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

namespace xaas {
namespace {

/// Libraries of one ABI class can stand for each other: MPICH's descendants since 2014 (MPICH ABI
/// Compatibility Initiative), Open MPI, and what the MPI 5.0 standard (chapter 20) lays down.
constexpr std::string_view k_open_mpi_mark = "ompi_mpi_comm_world";
constexpr std::string_view k_open_mpi_version = "ompi_version_string";
constexpr std::string_view k_standard_mark = "MPI_Abi_get_version";
// MPICH 4, and what was called so before.
constexpr auto k_mpich_versions =
    std::to_array<std::string_view>({"MPII_Version_string", "MPIR_Version_string"});
constexpr auto k_mpich_marks =
    std::to_array<std::string_view>({"MPIR_Err_create_code", "MPIR_Dup_fn"});

/// Descendants of MPICH call themselves by name in what `MPI_Get_library_version` prints.
struct Banner {
  std::string_view text;  // the version follows where there is one
  std::string_view flavour;
};
// NOLINTBEGIN(modernize-use-designated-initializers): a table
constexpr auto k_banners = std::to_array<Banner>({
    {"CRAY MPICH version ", "cray-mpich"},
    {"Intel(R) MPI Library ", "intel-mpi"},
    {"MVAPICH2 Version", "mvapich2"},
    {"MVAPICH Version", "mvapich"},
    {"ParaStationMPI", "parastation"},
});
// NOLINTEND(modernize-use-designated-initializers)

std::string version_at(std::string_view text) {
  const auto end = std::ranges::find_if(
      text, [](char letter) { return letter != '.' && (letter < '0' || letter > '9'); });
  return {text.begin(), end};
}

const std::set<std::string, std::less<>>& looked_for() {
  static const std::set<std::string, std::less<>> names = [] {
    std::set<std::string, std::less<>> all{"MPI_Init", "MPI_Comm_size"};
    all.emplace(k_open_mpi_mark);
    all.emplace(k_open_mpi_version);
    all.emplace(k_standard_mark);
    for (const auto name : k_mpich_versions) all.emplace(name);
    for (const auto name : k_mpich_marks) all.emplace(name);
    return all;
  }();
  return names;
}

using Exports = std::map<std::string, std::string>;

bool has(const Exports& exports, std::string_view name) {
  return exports.contains(std::string(name));
}

void describe_mpich(std::string_view bytes, const Exports& exports, MpiInstallation& mpi) {
  mpi.abi = "mpich";
  mpi.flavour = "mpich";
  for (const std::string_view name : k_mpich_versions) {
    const auto found = exports.find(std::string(name));
    if (found != exports.end() && mpi.version.empty()) mpi.version = found->second;
  }
  for (const Banner& banner : k_banners) {
    const auto at = bytes.find(banner.text);
    if (at == bytes.npos) continue;
    mpi.flavour = banner.flavour;
    std::string version = version_at(bytes.substr(at + banner.text.size(), 32));
    if (!version.empty()) mpi.version = std::move(version);
    return;
  }
}

/// Folders that a module would put in front, by the variables that it sets, and where Cray's and
/// distributions' MPIs lie that no loader looks at by itself.
std::vector<std::string> folders_of_modules(const HostProbe& probe, std::string_view architecture) {
  auto folders = absolute_folders_in(probe.variable("CRAY_LD_LIBRARY_PATH"));
  for (const char* root : {"CRAY_MPICH_DIR", "MPICH_DIR", "MPI_HOME", "MPI_ROOT", "I_MPI_ROOT",
                           "EBROOTOPENMPI", "EBROOTMPICH", "EBROOTIMPI", "EBROOTMVAPICH2"}) {
    const std::string folder = probe.variable(root);
    if (!folder.starts_with('/')) continue;
    for (const char* below : {"/lib", "/lib64", "/lib/release"}) folders.push_back(folder + below);
  }
  folders.emplace_back("/opt/cray/pe/lib64");
  for (const std::string& usual : usual_library_folders(architecture)) {
    for (const char* below : {"/mpich/lib", "/openmpi/lib"}) folders.push_back(usual + below);
  }
  return folders;
}

}  // namespace

std::optional<MpiInstallation> mpi_of_library(std::string_view bytes,
                                              std::string_view architecture) {
  const auto elf = read_elf(bytes);
  if (!elf || !*elf || (*elf)->kind != ElfKind::shared_library ||
      (*elf)->architecture != architecture)
    return {};
  const auto exports = exported_among(bytes, looked_for());
  if (!exports || !has(*exports, "MPI_Init") || !has(*exports, "MPI_Comm_size")) return {};
  MpiInstallation mpi{.soname = (*elf)->soname};
  if (has(*exports, k_standard_mark) && mpi.soname.starts_with("libmpi_abi.")) {
    mpi.abi = "mpi-5";
  } else if (has(*exports, k_open_mpi_mark)) {
    mpi.abi = "openmpi";
    mpi.flavour = "openmpi";
    const auto version = exports->find(std::string(k_open_mpi_version));
    if (version != exports->end()) mpi.version = version->second;
  } else if (std::ranges::any_of(k_mpich_marks, [&](auto name) { return has(*exports, name); }) ||
             std::ranges::any_of(k_mpich_versions,
                                 [&](auto name) { return has(*exports, name); })) {
    describe_mpich(bytes, *exports, mpi);
  }
  return mpi;
}

MpiFacts find_mpi(const HostProbe& probe, std::string_view architecture) {
  MpiFacts facts{.origin = "symbols of libraries"};
  std::vector<MpiInstallation> found;
  for (const std::string& path :
       find_libraries(probe, architecture, "libmpi", folders_of_modules(probe, architecture))) {
    const auto bytes = probe.map(path);
    if (!bytes) continue;
    auto mpi = mpi_of_library(bytes->bytes(), architecture);
    if (!mpi) continue;
    const auto is_same = [&](const MpiInstallation& other) {
      return other.soname == mpi->soname && other.flavour == mpi->flavour &&
             other.version == mpi->version;
    };
    // A folder by two names, or one that the loader would not come to.
    if (std::ranges::any_of(found, is_same)) continue;
    mpi->path = path;
    if (mpi->abi.empty()) {
      facts.problems.push_back(
          fmt::format("`{}` is an MPI library, and its symbols do not tell of which ABI", path));
      continue;
    }
    found.push_back(*std::move(mpi));
  }
  facts.installations = std::move(found);
  return facts;
}

}  // namespace xaas
