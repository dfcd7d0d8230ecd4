// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/planning/plan.hpp"

namespace xaas {

/// Fills in whose C library trees of this plan have, and why: the newer of the image's and the
/// target's, so that neither the application nor what the target's own libraries add meets one that
/// is too old. `--numerics generic` takes the image's where its functions are called.
void choose_c_library(const IrManifest& manifest, DeploymentPlan& plan);

}  // namespace xaas
