// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/capture/build.hpp"
#include "xaas/specializations/specialization.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace xaas {

/// What a configuration adds to a build with one build system; all else is that build's own.
struct OwnAdditions {
  std::vector<std::string> arguments;
  std::map<std::string, std::string> environment;
  std::vector<std::string> steps;

  friend bool operator==(const OwnAdditions&, const OwnAdditions&) = default;
};
/// A command of the user's own is given no arguments; it reads the points' variables instead, and
/// is the only one that they are listed for.
OwnAdditions additions_for(BuildSystem system, const BuildAdditions& additions);

struct PlannedConfiguration {
  std::string name;
  PointAssignment values;
  OwnAdditions additions;
  Requirements requirements;
  std::int64_t preference = 0;
  std::optional<BuildCost> built;  // in the folder of --keep
};

/// What `xaas-build ir` would build.
struct BuildPlan {
  std::string application;
  std::string specialization;  // the file; empty: there is none
  std::string looked_for;      // where one would be
  BuildSystem system = BuildSystem::command;
  std::uint64_t combinations = 1;  // before rules
  std::vector<PlannedConfiguration> configurations;
  std::vector<std::string> left_out;  // values that need another architecture
  std::vector<std::string> warnings;
};

/// What builds it: the user's own command or, of the build systems that the tree has, the first
/// that the specialization has arguments for; where it has none for any, the first.
Result<BuildSystem> build_system_of(const std::filesystem::path& source,
                                    const std::vector<std::string>& command,
                                    const Specialization& specialization);

/// What a specialization says besides its configurations: values that nothing can have, and points
/// whose values all add the same to this build.
std::vector<std::string> warnings_of(const Specialization& specialization,
                                     const ValuesByPoint& narrowing, BuildSystem system);

/// In the order in which they are built: first the generic image's, the first that asks nothing of
/// the machine but what every one has, `baseline`, if there is one.
std::vector<PointAssignment> in_order_of_builds(std::vector<PointAssignment> configurations,
                                                const std::vector<SpecializationPoint>& points,
                                                const std::set<std::string>& baseline);

/// The folder of one configuration's build in a folder of several.
std::filesystem::path folder_of_build(const std::filesystem::path& work, const std::string& name);

PlannedConfiguration plan_configuration(const Specialization& specialization,
                                        const PointAssignment& assignment, BuildSystem system);

std::string print_build_plan(const BuildPlan& plan);
/// `xaas.build-plan/1`, specializations/schema/xaas.build-plan.schema.json.
std::string print_build_plan_json(const BuildPlan& plan);

}  // namespace xaas
