// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/planning/plan.hpp"

#include <cstddef>

namespace xaas {

/// `plan.architecture` when the application is for another one.
Status check_architecture(const IrManifest& manifest, const Target& target);

/// The plan of one configuration of several, as far as it says whether the target can run it: the
/// C library is not chosen.
Result<DeploymentPlan> plan_configuration(const IrManifest& manifest,
                                          const Configuration& configuration, const Target& target,
                                          const PlanOptions& options);

}  // namespace xaas
