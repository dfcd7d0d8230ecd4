// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host_probe.hpp"

#include "xaas/targets/machine_library.hpp"

namespace xaas {

/// machine_libraries() and libraries_called_like() of the machine that `probe` answers for.
std::vector<MachineLibrary> machine_libraries(const HostProbe& probe, const std::string& path,
                                              const std::vector<std::string>& patterns,
                                              const std::set<std::string>& symbols,
                                              std::string_view architecture);
std::vector<std::string> libraries_called_like(const HostProbe& probe,
                                               const std::vector<std::string>& patterns,
                                               std::string_view architecture);

}  // namespace xaas
