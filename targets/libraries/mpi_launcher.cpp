// SPDX-License-Identifier: Apache-2.0
#include "mpi_launcher.hpp"

#include "library_search.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <initializer_list>
#include <vector>

namespace xaas {
namespace {

/// Whether a program that `mpiexec` leads to is not another MPI's: distributions put several into
/// one folder, `mpiexec` being a link to one of them.
bool may_start(std::string_view program, const MpiInstallation& mpi) {
  program.remove_prefix(program.rfind('/') + 1);
  if (program.contains("hydra")) return mpi.abi == "mpich";
  if (program.starts_with("orte") || program.starts_with("prte")) return mpi.abi == "openmpi";
  const auto dot = program.rfind('.');
  return dot == program.npos || program.substr(dot + 1) == mpi.flavour;
}

std::string launcher_in(const HostProbe& probe, const std::string& folder,
                        const MpiInstallation& mpi) {
  const auto names = probe.list(folder);
  if (!names) return {};
  for (const std::string& name :
       {"mpiexec." + mpi.flavour, "mpirun." + mpi.flavour, std::string("mpiexec.hydra"),
        std::string("mpiexec"), std::string("mpirun")}) {
    if (!std::ranges::binary_search(*names, name)) continue;
    std::string path = fmt::format("{}/{}", folder, name);
    if (may_start(name, mpi) && (name.contains('.') || may_start(Links(probe).without(path), mpi)))
      return path;
  }
  return {};
}

/// Cray's is a package of its own, and only where no scheduler starts programs by itself.
std::string cray_launcher(const HostProbe& probe, const MpiInstallation& mpi) {
  for (const char* folder : {"/opt/cray/pe/pals/default/bin", "/opt/cray/pals/default/bin"})
    if (std::string path = launcher_in(probe, folder, mpi); !path.empty()) return path;
  return {};
}

}  // namespace

// The library lies in lib, lib/release or lib/x86_64-linux-gnu/openmpi/lib of the installation.
// Where /lib leads to /usr/lib, the loader's cache names the former; of /bin/mpiexec Open MPI takes
// / for the folder that it is installed in, and refuses it.
std::string find_launcher(const HostProbe& probe, const MpiInstallation& mpi) {
  if (mpi.flavour == "cray-mpich") return cray_launcher(probe, mpi);
  std::string folder = mpi.path.substr(0, mpi.path.rfind('/'));
  static constexpr int k_most_parents = 4;
  for (int i = 0; i < k_most_parents && !folder.empty(); ++i) {
    folder.resize(folder.rfind('/'));
    const std::string programs = folder.empty() ? "/usr/bin" : folder + "/bin";
    if (std::string path = launcher_in(probe, programs, mpi); !path.empty()) return path;
  }
  return {};
}

}  // namespace xaas
