// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "run/deployed.hpp"
#include "specialize/preparation.hpp"
#include "specialize/specialize_command.hpp"
#include "upkeep/state.hpp"
#include "upkeep/upkeep.hpp"

#include "xaas/support/result.hpp"

#include <filesystem>
#include <string>

namespace xaas {

/// The settings that a record tells: the same configuration, numerics, C library and so on. Image,
/// output and targets are left open.
SpecializeOptions settings_of(const DeploymentRecord& record);

/// A deployment that can be made again.
struct Remake {
  SpecializeOptions options;  // `output` is left open
  Preparation preparation;
};

/// Finds the image that the deployment was made from, whatever it is called now in its layout, and
/// plans for the same targets: `host` and names as they are now, others as they were recorded, by
/// files in `folder`. `refresh.other-image` when what is there is another one; `refresh.login-node`
/// when `host` would be another machine than the deployment is for.
Result<Remake> prepare_remake(const Deployed& deployed, const RefreshOptions& options,
                              MachineNow& machine, const std::filesystem::path& folder);

}  // namespace xaas
