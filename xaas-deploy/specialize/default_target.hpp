// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/result.hpp"
#include "xaas/targets/machine.hpp"

#include <string>
#include <vector>

namespace xaas {

/// What is deployed to where no `--target` is given: this machine. It has no default on a login
/// node, from which programs go elsewhere: `scheduler` is there, and this is none of its jobs.
Result<std::vector<std::string>> default_targets(const Scheduler& scheduler);

}  // namespace xaas
