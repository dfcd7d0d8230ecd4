// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host_probe.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace xaas {

/// A folder with libraries of an MPI, BLAS, LAPACK, FFT or network that no loader looks into by
/// itself.
struct PackageFolder {
  std::string path;
  std::string module;  // what `module load` takes, one or several; empty: none is known or needed
  std::string origin;  // what names the folder: "module", "spack", "mpicc", "EBROOTOPENMPI", ...
  friend bool operator==(const PackageFolder&, const PackageFolder&) = default;
};

struct PackageFolders {
  std::vector<PackageFolder> folders;  // each once; what the environment names comes first
  std::vector<std::string> problems;   // sentences

  /// What must be loaded for the library at `path`; empty when nothing is known to be needed.
  [[nodiscard]] std::string module_of(std::string_view path) const;
  [[nodiscard]] std::vector<std::string> paths() const;
};

/// Where modules (loaded, or only available), EasyBuild, Spack, Cray and distributions put
/// libraries. A folder of LD_LIBRARY_PATH is among them if a loaded module put it there: another
/// job must load that, too.
PackageFolders find_package_folders(const HostProbe& probe, std::string_view architecture);

}  // namespace xaas
