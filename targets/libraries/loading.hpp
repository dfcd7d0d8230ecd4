// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host_probe.hpp"

#include "xaas/targets/loading.hpp"

namespace xaas {

/// load_problems() of the machine that `probe` answers for.
std::vector<LoadProblem> load_problems(const HostProbe& probe,
                                       const std::vector<std::string>& programs,
                                       const std::string& own);

/// mpi_programs() of the same.
std::vector<MpiProgram> mpi_programs(const HostProbe& probe,
                                     const std::vector<std::string>& programs);

/// loaded_with() on the same.
std::vector<std::string> loaded_with(const HostProbe& probe,
                                     const std::vector<std::string>& libraries);

}  // namespace xaas
