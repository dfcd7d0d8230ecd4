// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "capture_to_manifest.hpp"
#include "ir_command.hpp"

#include "xaas/ir/manifest.hpp"
#include "xaas/specializations/specialization.hpp"
#include "xaas/support/diagnostics.hpp"
#include "xaas/support/result.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace xaas {

/// One of the builds.
struct ConfigurationBuild {
  std::string name;
  PointAssignment values;
  BuildAdditions additions;
};

/// What is built.
struct CapturePlan {
  std::string application;  // empty: called after what it installs
  std::vector<SpecializationPoint> points;
  /// The generic image's first: the first that asks nothing of the machine, if there is one.
  std::vector<ConfigurationBuild> configurations;
  bool is_specialized = false;  // there is a specialization file
  BuildSystem system = BuildSystem::command;
  std::vector<std::string> warnings;
};

/// Reads the specialization file, where there is one, and makes its configurations.
Result<CapturePlan> plan_capture(const IrOptions& options);

/// A configuration whose build failed, and why.
struct FailedConfiguration {
  std::string name;
  std::string reason;
};

struct BuiltConfigurations {
  std::vector<BuiltConfiguration> built;
  std::vector<FailedConfiguration> failed;
};

/// Where builds work: the user's own folder, or one that goes away.
struct WorkPlace {
  std::filesystem::path path;
  bool stays = false;
};

/// Builds every configuration, one after the other and all at one path. In a folder that stays,
/// what an earlier run built of the same source, in the same way, is taken as it is (`--resume`);
/// what any of them compiled is not compiled again. A build that fails is an error that names its
/// configuration, unless others are to go on: then only if it was the last chance.
Result<BuiltConfigurations> build_configurations(const IrOptions& options, const CapturePlan& plan,
                                                 const Install& install, const WorkPlace& work,
                                                 Progress& progress);

}  // namespace xaas
