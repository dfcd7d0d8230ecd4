// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "upkeep/state.hpp"

#include "xaas/support/json.hpp"

namespace xaas {

/// {"state", "changes": [{"kind", "about", "text", "help", "mendable"}], "notes"}.
Json to_json(const DeploymentState& state);

}  // namespace xaas
