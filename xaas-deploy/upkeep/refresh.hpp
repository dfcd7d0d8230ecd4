// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "upkeep/carry_over.hpp"
#include "upkeep/state.hpp"
#include "upkeep/upkeep.hpp"

#include "xaas/support/diagnostics.hpp"
#include "xaas/support/result.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace xaas {

/// What became of one deployment.
struct RefreshOutcome {
  std::filesystem::path place;
  std::string application;  // empty: the record cannot be read
  DeploymentState before;
  enum class Action {
    none,          // it is ok
    would_remake,  // `--plan`
    remade,
    refused,
  } action = Action::none;
  std::optional<Error> refusal;
  CarriedOver carried;
  double seconds = 0;
};

/// Looks at the deployment, and makes it again where that is needed and helps. What stands in the
/// way is in the outcome, and the deployment is as it was.
RefreshOutcome refresh(const std::filesystem::path& place, const RefreshOptions& options,
                       MachineNow& machine, Progress& progress);

std::string print_outcomes(const std::vector<RefreshOutcome>& outcomes);
std::string print_outcomes_json(const std::vector<RefreshOutcome>& outcomes);

}  // namespace xaas
