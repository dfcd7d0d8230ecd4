// SPDX-License-Identifier: Apache-2.0
#include "mpi.hpp"

#include "cray.hpp"
#include "library_search.hpp"
#include "mpi_launcher.hpp"

#include "xaas/elf/elf_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

namespace xaas {
namespace {

/// Each is read whole, and has up to some ten megabytes.
constexpr std::size_t k_most_libraries = 64;

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

MpiFacts find_mpi(const HostProbe& probe, const LibrarySearch& search,
                  std::string_view architecture) {
  MpiFacts facts;
  auto& found = facts.installations;
  auto paths = libraries_beginning(search, "libmpi");
  if (paths.size() > k_most_libraries) {
    facts.problems.push_back(fmt::format("{} libraries are called like an MPI's: {} were looked at",
                                         paths.size(), k_most_libraries));
    paths.resize(k_most_libraries);
  }
  for (const std::string& path : paths) {
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
    mpi->launcher = find_launcher(probe, *mpi);
    found.push_back(*std::move(mpi));
  }
  order_by_programming_environment(probe, found);
  return facts;
}

}  // namespace xaas
