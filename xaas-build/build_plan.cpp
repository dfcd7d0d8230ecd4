// SPDX-License-Identifier: Apache-2.0
#include "build_plan.hpp"

#include "xaas/support/diagnostics.hpp"
#include "xaas/support/digest.hpp"
#include "xaas/support/json.hpp"
#include "xaas/support/process.hpp"
#include "xaas/support/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace xaas {
namespace {

std::string title_of(const BuildPlan& plan) {
  std::string text =
      fmt::format("{}: {}", plan.application, counted(plan.configurations.size(), "configuration"));
  if (plan.combinations > plan.configurations.size()) {
    text += fmt::format(" of {}: {} excluded", counted(plan.combinations, "combination"),
                        plan.combinations - plan.configurations.size());
  }
  text += plan.system == BuildSystem::command
              ? std::string(", built by the command")
              : fmt::format(", built with {}", name_of(plan.system));
  return text + "\n";
}

std::string describe_configuration(const PlannedConfiguration& configuration) {
  std::string text = fmt::format("  {}\n", configuration.name);
  const OwnAdditions& own = configuration.additions;
  for (const std::string& step : own.steps) text += fmt::format("    first runs  {}\n", step);
  if (!own.arguments.empty())
    text += fmt::format("    arguments   {}\n", shell_quoted(own.arguments));
  std::vector<std::string> variables;
  variables.reserve(own.environment.size());
  for (const auto& [name, value] : own.environment)
    variables.push_back(name + "=" + (value.empty() ? "" : shell_quoted({value})));
  if (!variables.empty()) text += fmt::format("    variables   {}\n", fmt::join(variables, " "));
  if (!configuration.requirements.is_empty())
    text += fmt::format("    needs       {}\n", describe_requirements(configuration.requirements));
  if (configuration.preference > 0)
    text += fmt::format("    preferred   {}\n", configuration.preference);
  if (configuration.built) {
    text += fmt::format("    built       in {}, {} of objects and libraries\n",
                        human_seconds(configuration.built->seconds),
                        human_bytes(configuration.built->bytes));
  }
  return text;
}

/// What the others will cost, from those that are built: the first of them compiles for all.
std::string describe_expectation(const BuildPlan& plan) {
  std::vector<BuildCost> built;
  for (const PlannedConfiguration& configuration : plan.configurations)
    if (configuration.built) built.push_back(*configuration.built);
  const std::size_t missing = plan.configurations.size() - built.size();
  if (built.empty() || missing == 0) return {};
  if (built.size() > 1) built.erase(built.begin());
  BuildCost sum;
  for (const BuildCost& cost : built) {
    sum.seconds += cost.seconds;
    sum.bytes += cost.bytes;
  }
  return fmt::format(
      "  what is not built ({}) is expected to take {} and {}{}\n", missing,
      human_seconds(sum.seconds / static_cast<double>(built.size()) * static_cast<double>(missing)),
      human_bytes(sum.bytes / built.size() * missing),
      built.size() == 1 ? " at most: they compile what the first has not" : "");
}

Json json_of(const Requirements& requirements) {
  Json libraries = Json::array();
  for (const LibraryRequirement& library : requirements.libraries)
    libraries.push_back({{"name", library.name}, {"version", library.version}});
  Json json = {{"cpu", requirements.cpu},
               {"gpu_backend", requirements.gpu_backend},
               {"gpu_architectures", requirements.gpu_architectures},
               {"mpi", requirements.mpi},
               {"libraries", std::move(libraries)}};
  if (requirements.vector_bits != 0) json["vector_bits"] = requirements.vector_bits;
  return json;
}

Json json_of(const PlannedConfiguration& configuration) {
  return {{"name", configuration.name},
          {"values", configuration.values},
          {"arguments", configuration.additions.arguments},
          {"environment", configuration.additions.environment},
          {"steps", configuration.additions.steps},
          {"requires", json_of(configuration.requirements)},
          {"prefer", configuration.preference},
          {"built", configuration.built ? Json{{"seconds", configuration.built->seconds},
                                               {"bytes", configuration.built->bytes}}
                                        : Json(nullptr)}};
}

/// Whether the kept values of a point all come to the same build.
bool is_without_effect(const Specialization& specialization, const SpecializationPoint& point,
                       const ValuesByPoint& narrowing, BuildSystem system) {
  const auto kept = narrowing.find(point.name);
  std::vector<OwnAdditions> additions;
  for (const PointValue& value : point.values) {
    if (kept != narrowing.end() && !kept->second.contains(value.name)) continue;
    const auto found = specialization.additions.find({point.name, value.name});
    additions.push_back(found == specialization.additions.end()
                            ? OwnAdditions()
                            : additions_for(system, found->second));
  }
  return additions.size() > 1 && std::ranges::all_of(additions, [&](const OwnAdditions& own) {
           return own == additions[0];
         });
}

bool has_arguments_for(const Specialization& specialization, BuildSystem system) {
  return std::ranges::any_of(specialization.additions, [&](const auto& entry) {
    return !additions_for(system, entry.second).arguments.empty();
  });
}

}  // namespace

Result<BuildSystem> build_system_of(const std::filesystem::path& source,
                                    const std::vector<std::string>& command,
                                    const Specialization& specialization) {
  if (!command.empty()) return BuildSystem::command;
  XAAS_TRY(const auto systems, recognize_build_systems(source));
  const auto meant = std::ranges::find_if(
      systems, [&](BuildSystem system) { return has_arguments_for(specialization, system); });
  return meant == systems.end() ? systems.front() : *meant;
}

OwnAdditions additions_for(BuildSystem system, const BuildAdditions& additions) {
  OwnAdditions own{.arguments = {}, .environment = additions.environment, .steps = additions.steps};
  if (system == BuildSystem::cmake) own.arguments = additions.cmake;
  if (system == BuildSystem::meson) own.arguments = additions.meson;
  if (system == BuildSystem::configure) own.arguments = additions.configure;
  if (system == BuildSystem::make) own.arguments = additions.make;
  if (system != BuildSystem::command) {
    std::erase_if(own.environment,
                  [](const auto& variable) { return variable.first.starts_with("XAAS_POINT_"); });
  }
  return own;
}

std::vector<std::string> warnings_of(const Specialization& specialization,
                                     const ValuesByPoint& narrowing, BuildSystem system) {
  auto warnings = unreachable_values(specialization, narrowing);
  // A command may read the point's variable.
  if (system == BuildSystem::command) return warnings;
  for (const SpecializationPoint& point : specialization.points) {
    if (is_without_effect(specialization, point, narrowing, system)) {
      warnings.push_back(fmt::format(
          "`{}` adds the same to a build with {} whatever its value is, so configurations that "
          "differ in nothing else are built alike",
          point.name, name_of(system)));
    }
  }
  return warnings;
}

std::vector<PointAssignment> in_order_of_builds(std::vector<PointAssignment> configurations,
                                                const std::vector<SpecializationPoint>& points,
                                                const std::set<std::string>& baseline) {
  const auto generic = std::ranges::find_if(configurations, [&](const PointAssignment& values) {
    Requirements requirements = requirements_of(points, values);
    std::erase_if(requirements.cpu, [&](auto& feature) { return baseline.contains(feature); });
    return requirements.is_empty();
  });
  if (generic != configurations.end()) std::rotate(configurations.begin(), generic, generic + 1);
  return configurations;
}

std::filesystem::path folder_of_build(const std::filesystem::path& work, const std::string& name) {
  // Names may be longer than those of folders may.
  constexpr std::size_t k_longest = 120;
  const std::string short_name =
      name.size() <= k_longest ? name
                               : name.substr(0, k_longest - 13) + "-" + digest_of(name).brief();
  return work / "configurations" / short_name;
}

PlannedConfiguration plan_configuration(const Specialization& specialization,
                                        const PointAssignment& assignment, BuildSystem system) {
  return {.name = canonical_name(assignment),
          .values = assignment,
          .additions = additions_for(system, additions_of(specialization, assignment)),
          .requirements = requirements_of(specialization.points, assignment),
          .preference = preference_of(specialization.points, assignment)};
}

std::string print_build_plan(const BuildPlan& plan) {
  std::string text = title_of(plan);
  for (const PlannedConfiguration& configuration : plan.configurations)
    text += describe_configuration(configuration);
  text += describe_expectation(plan);
  for (const std::string& left_out : plan.left_out)
    text += fmt::format("  left out: {}\n", left_out);
  if (plan.specialization.empty())
    text += fmt::format("  there is no specialization file: `{}` would be one\n", plan.looked_for);
  return text;
}

std::string print_build_plan_json(const BuildPlan& plan) {
  Json configurations = Json::array();
  for (const PlannedConfiguration& configuration : plan.configurations)
    configurations.push_back(json_of(configuration));
  Json json;
  json["schema"] = "xaas.build-plan/1";
  json["application"] = plan.application;
  json["specialization"] = plan.specialization;
  json["build_system"] = name_of(plan.system);
  json["combinations"] = plan.combinations;
  json["excluded"] = plan.combinations - plan.configurations.size();
  json["configurations"] = std::move(configurations);
  json["left_out"] = plan.left_out;
  json["warnings"] = plan.warnings;
  return print_json(json);
}

}  // namespace xaas
