// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/cache_folder.hpp"
#include "specialize/deployment.hpp"
#include "specialize/lowering_jobs.hpp"
#include "specialize/specialize_command.hpp"
#include "specialize/verify_products.hpp"

#include "xaas/image/xaas_image.hpp"
#include "xaas/planning/plan.hpp"
#include "xaas/support/diagnostics.hpp"
#include "xaas/support/files.hpp"
#include "xaas/support/result.hpp"

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace xaas {

/// The folders of one run, all inside a temporary one.
struct Workshop {
  TemporaryFolder folder;
  std::filesystem::path root;   // the generic image, unpacked
  std::filesystem::path blobs;  // IR contents
  Cache cache;
};

/// Unpacks the generic image and fetches what the plans read.
Result<Workshop> open_workshop(const IrImage& image, std::span<const DeploymentPlan> plans,
                               DebugInfo debug_info, Cache cache, Progress& progress);

/// What the products of all targets of a run have in common.
struct LoweringRequest {
  const IrImage& image;
  const Workshop& workshop;
  const TreeLayout* layout = nullptr;  // of a tree; else null: run paths are the links' own
  const Placement& placement;
  const SpecializeOptions& options;
  unsigned jobs = 1;
  std::uint64_t memory = 0;  // bytes that all links together may take; 0: no bound
};

/// Lowers, links and verifies what the plan lowers. Links run side by side, each in a child
/// process. `part` gets the products and what is to be said of them; sorted by product.
Result<std::vector<VerifiedProduct>> lower_products(const LoweringRequest& request,
                                                    const DeploymentPlan& plan,
                                                    const DeploymentRecord& record,
                                                    DeployedTarget& part, Progress& progress);

}  // namespace xaas
