// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "specialize/deployment.hpp"
#include "specialize/specialize_command.hpp"

#include "xaas/image/xaas_image.hpp"
#include "xaas/planning/plan.hpp"
#include "xaas/specializations/library_interface.hpp"
#include "xaas/support/diagnostics.hpp"
#include "xaas/support/result.hpp"

#include <string_view>
#include <vector>

namespace xaas {

/// The view of a tree for several targets that every processor runs.
inline constexpr std::string_view k_generic_view = "generic";

/// What is known before anything is done.
struct Preparation {
  IrImage image;  // of the configuration that was chosen
  ConfigurationChoice choice;
  std::vector<DeploymentPlan> plans;  // one per target, as asked for
  std::vector<LibraryInterface> interfaces;
};

/// LLVM reads older bitcode, never newer: `ir.newer-llvm`.
Status check_llvm_version(const IrManifest& ir);

/// Opens the image, chooses its configuration, and plans for each target. `deploy.targets` when two
/// have one name.
Result<Preparation> prepare(const SpecializeOptions& options);

/// What a tree for several targets is made by: these plans with one C library for all of them (the
/// image's, if one of them needs it), and the plan of the generic view, last. That lowers for the
/// image's baseline, with the generic image's numerics, because only a link gives programs the run
/// path and the loader of a tree; installed archives stay as they are.
Result<std::vector<DeploymentPlan>> plans_of_views(const Preparation& preparation);

/// What can be refused before the work begins: outputs that a form cannot hold, debug information
/// and C libraries that are not there.
Status check_request(const Preparation& preparation, const DeploymentOutput& output,
                     const SpecializeOptions& options);

/// Lowers what was prepared and writes it to `output`; gives the record, which is in it.
Result<DeploymentRecord> make_deployment(const Preparation& preparation,
                                         const DeploymentOutput& output,
                                         const SpecializeOptions& options, Progress& progress);

}  // namespace xaas
