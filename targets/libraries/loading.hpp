// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host_probe.hpp"

#include "xaas/targets/loading.hpp"

#include <set>
#include <string>
#include <vector>

namespace xaas {

/// load_problems() of the machine that `probe` answers for.
std::vector<LoadProblem> load_problems(const HostProbe& probe,
                                       const std::vector<std::string>& programs,
                                       const std::string& own);

/// What a library brings with it, and what of that is not found.
struct LoadedLibrary {
  std::set<std::string> brings;  // sonames, its own left out
  std::vector<LoadProblem> problems;
};
LoadedLibrary loaded_library(const HostProbe& probe, const std::string& path);

/// mpi_programs() of the same.
std::vector<MpiProgram> mpi_programs(const HostProbe& probe,
                                     const std::vector<std::string>& programs);

/// loaded_with() on the same.
std::vector<std::string> loaded_with(const HostProbe& probe,
                                     const std::vector<std::string>& libraries);

}  // namespace xaas
