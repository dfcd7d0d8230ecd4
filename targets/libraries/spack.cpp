// SPDX-License-Identifier: Apache-2.0
#include "spack.hpp"

#include "library_search.hpp"

#include "xaas/support/json.hpp"
#include "xaas/support/text.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace xaas {
namespace {

/// A site's database of thousands of packages has some ten megabytes.
constexpr std::uint64_t k_largest_database = std::uint64_t{32} << 20;
constexpr std::uint64_t k_largest_configuration = std::uint64_t{1} << 20;
constexpr std::size_t k_most_databases = 16;
constexpr std::size_t k_most_prefixes = 256;

/// Spack's packages that provide `mpi`, `blas`, `lapack`, `scalapack` or `fftw-api`.
constexpr auto k_packages = std::to_array<std::string_view>(
    {"amdblis",    "amdfftw",       "amdlibflame",      "armpl-gcc",
     "atlas",      "blis",          "cray-fftw",        "cray-libsci",
     "cray-mpich", "fftw",          "flexiblas",        "hpcx-mpi",
     "intel-mkl",  "intel-mpi",     "intel-oneapi-mkl", "intel-oneapi-mpi",
     "libflame",   "mpich",         "mvapich",          "mvapich-plus",
     "mvapich2",   "netlib-lapack", "netlib-scalapack", "nvhpc",
     "nvpl-blas",  "nvpl-fft",      "nvpl-lapack",      "openblas",
     "openmpi"});

/// Without the blanks and quotes around it.
std::string_view unquoted(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\r'\"");
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r'\"") - begin + 1);
}

std::string with_root(std::string path, const std::string& spack_root) {
  static constexpr std::string_view k_variable = "$spack";
  if (path.starts_with(k_variable)) path.replace(0, k_variable.size(), spack_root);
  return path;
}

/// Folders of installations in upstreams.yaml (`install_tree: /apps/spack/opt/spack`) and
/// config.yaml (the same, or `root:` below it): one on each line, whatever is around it.
void add_trees_in(std::string_view yaml, const std::string& spack_root,
                  std::vector<std::string>& trees) {
  while (!yaml.empty()) {
    const std::string_view line = unquoted(take_line(yaml));
    for (const std::string_view key : {"install_tree:", "root:"}) {
      if (!line.starts_with(key)) continue;
      std::string tree = with_root(std::string(unquoted(line.substr(key.size()))), spack_root);
      if (tree.starts_with('/')) trees.push_back(std::move(tree));
    }
  }
}

std::string spack_root_of(const HostProbe& probe) {
  if (std::string root = probe.variable("SPACK_ROOT"); root.starts_with('/')) return root;
  static constexpr std::string_view k_programs = "/bin";
  for (const std::string& folder : absolute_folders_in(probe.variable("PATH"))) {
    if (!folder.ends_with(k_programs)) continue;
    std::string root = folder.substr(0, folder.size() - k_programs.size());
    // Every PATH has `bin`; only Spack's own has this beside it.
    if (probe.list(root + "/lib/spack/spack")) return root;
  }
  return {};
}

/// Its own first, then its upstreams.
std::vector<std::string> installation_trees(const HostProbe& probe) {
  std::vector<std::string> trees;
  const std::string root = spack_root_of(probe);
  if (!root.empty()) trees.push_back(root + "/opt/spack");
  std::vector<std::string> folders{"/etc/spack"};
  if (!root.empty()) folders.push_back(root + "/etc/spack");
  if (const std::string home = probe.variable("HOME"); home.starts_with('/'))
    folders.push_back(home + "/.spack");
  for (const std::string& folder : folders) {
    for (const char* name : {"config.yaml", "upstreams.yaml"}) {
      const auto yaml =
          probe.read_up_to(fmt::format("{}/{}", folder, name), k_largest_configuration);
      if (yaml) add_trees_in(*yaml, root, trees);
    }
  }
  return trees;
}

/// `{"database": {"installs": {HASH: {"spec": {"name": ...}, "path": ..., "installed": ...}}}}`
Status add_prefixes_in(std::string_view database, SpackPrefixes& found) {
  XAAS_TRY(const Json document, parse_json(database));
  XAAS_TRY(const JsonReader whole, JsonReader(document, "").object("database"));
  XAAS_TRY(const JsonReader installs, whole.object("installs"));
  for (const auto& [hash, value] : installs.value().items()) {
    const JsonReader install(value, "database.installs." + hash);
    XAAS_TRY(const JsonReader spec, install.object("spec"));
    XAAS_TRY(const std::string name, spec.string("name"));
    if (!std::ranges::binary_search(k_packages, name)) continue;
    XAAS_TRY(const bool is_installed, install.boolean_or("installed", false));
    // Of what is the system's own there may be no path.
    if (!is_installed || !install.has("path") || !install.value()["path"].is_string()) continue;
    XAAS_TRY(std::string path, install.string("path"));
    if (path.starts_with('/') && found.prefixes.size() < k_most_prefixes)
      found.prefixes.push_back(std::move(path));
  }
  return {};
}

}  // namespace

SpackPrefixes find_spack_prefixes(const HostProbe& probe) {
  SpackPrefixes found;
  std::set<std::string> seen;
  for (const std::string& tree : installation_trees(probe)) {
    if (seen.size() == k_most_databases || !seen.insert(tree).second) continue;
    const std::string path = tree + "/.spack-db/index.json";
    const auto database = probe.read_up_to(path, k_largest_database);
    if (!database) {
      if (database.error().kind() != ErrorKind::not_found)
        found.problems.push_back(database.error().message());
      continue;
    }
    if (const Status added = add_prefixes_in(*database, found); !added)
      found.problems.push_back(fmt::format("`{}`: {}", path, added.error().message()));
  }
  return found;
}

}  // namespace xaas
