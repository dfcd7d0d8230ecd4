// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host_probe.hpp"

#include "xaas/targets/machine.hpp"

#include <string>

namespace xaas {

/// Path of the mpiexec that starts programs linked with this MPI: another's would start as many
/// programs of one process each. Empty where it has none that shows: the scheduler's is used there.
std::string find_launcher(const HostProbe& probe, const MpiInstallation& mpi);

}  // namespace xaas
