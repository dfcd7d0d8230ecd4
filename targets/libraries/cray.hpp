// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host_probe.hpp"
#include "package_folders.hpp"

#include "xaas/targets/machine.hpp"

#include <optional>
#include <string>
#include <vector>

namespace xaas {

/// Folders of Cray's MPI, LibSci and FFTW in the programming environment's tree, of the version
/// that is loaded or else the default; with PE_ENV set, for its compiler alone.
std::vector<PackageFolder> find_cray_folders(const HostProbe& probe);

/// Cray has one library of its MPI for each compiler: that of the loaded programming environment
/// (PE_ENV) comes before the others.
void order_by_programming_environment(const HostProbe& probe, std::vector<MpiInstallation>& found);

/// The library that lets the Cray MPI at `mpi_path` reach the memory of GPUs: of those that
/// CRAY_ACCEL_TARGET names, or else of the machine's. Empty: there is none, or for no GPU.
std::string find_gpu_transport(const HostProbe& probe, const std::string& mpi_path,
                               const std::optional<std::vector<Gpu>>& gpus);

}  // namespace xaas
