// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "specialize/lowering_jobs.hpp"

#include "xaas/ir/manifest.hpp"
#include "xaas/planning/plan.hpp"
#include "xaas/support/result.hpp"

#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace xaas {

/// `incompatible` when something of the application names its prefix, as programs do that are
/// started by a loader in it (`brings_loader`), and has no room for this one.
Result<Placement> place_at(const IrManifest& manifest, std::span<const DeploymentPlan> plans,
                           const std::string& prefix, bool brings_loader);

/// Machine code that names the placeholder gets a copy that names the prefix, where the jobs expect
/// it. Call before the jobs run.
Status write_placed_objects(const IrManifest& manifest, const DeploymentPlan& plan,
                            const LoweringPlaces& places, DebugInfo debug_info);
std::filesystem::path placed_object(const LoweringPlaces& places, const Digest& object);

/// A file of the generic image with another prefix; its places are brought up to date. `corrupt`
/// when the image's prefix does not stand where the manifest says.
Result<std::string> with_prefix(std::string_view bytes, PrefixedFile& file, const Install& install,
                                const Placement& placement);

}  // namespace xaas
