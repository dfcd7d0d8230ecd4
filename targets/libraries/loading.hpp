// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host_probe.hpp"

#include "xaas/targets/loading.hpp"

namespace xaas {

/// load_problems() of the machine that `probe` answers for.
std::vector<LoadProblem> load_problems(const HostProbe& probe,
                                       const std::vector<std::string>& programs,
                                       const std::string& own);

}  // namespace xaas
