// SPDX-License-Identifier: Apache-2.0
#include "plan_command.hpp"

#include "build_plan.hpp"
#include "capture_to_manifest.hpp"
#include "specialization_file.hpp"

#include "xaas/support/diagnostics.hpp"
#include "xaas/targets/target.hpp"

#include <fmt/format.h>

#include <utility>

namespace xaas {
namespace {

/// A name for people; an application that says none has its folder's.
std::string application_in(const Specialization& specialization,
                           const std::filesystem::path& source) {
  if (!specialization.application.empty()) return specialization.application;
  std::error_code error;
  const auto folder = std::filesystem::weakly_canonical(source, error);
  return folder.filename().string();
}

Result<BuildSystem> build_system_of(const PlanOptions& options) {
  if (options.command.empty()) return recognize_build_system(options.source);
  std::error_code error;
  if (std::filesystem::is_directory(options.source, error)) return BuildSystem::command;
  return fail(ErrorKind::invalid_input, "the source tree `{}` is not a folder",
              options.source.string())
      .with_code("build.no-source");
}

Result<BuildPlan> make_build_plan(const PlanOptions& options) {
  BuildPlan plan{.looked_for = (options.source / k_specialization_file).string()};
  XAAS_TRY(plan.system, build_system_of(options));
  XAAS_TRY(const auto specialization, load_specialization(options.source, options.spec));
  XAAS_TRY(const auto narrowing, parse_narrowing(specialization.points, options.settings));
  XAAS_TRY(const auto configurations, configurations_of(specialization, narrowing, options.limit));
  plan.application = application_in(specialization, options.source);
  plan.specialization = specialization.file;
  plan.combinations = combinations_of(specialization.points, narrowing);
  XAAS_TRY(const Target baseline, target_of_cpu(baseline_of({}), native_architecture()));
  for (const PointAssignment& assignment :
       in_order_of_builds(configurations, specialization.points, baseline.cpu.features)) {
    auto configuration = plan_configuration(specialization, assignment, plan.system);
    if (!options.keep.empty())
      configuration.built = cost_of_kept_build(folder_of_build(options.keep, configuration.name));
    plan.configurations.push_back(std::move(configuration));
  }
  plan.left_out = specialization.left_out;
  plan.warnings = warnings_of(specialization, narrowing, plan.system);
  return plan;
}

}  // namespace

Result<int> run_plan_command(const PlanOptions& options) {
  XAAS_TRY(const auto plan, make_build_plan(options));
  for (const std::string& warning : plan.warnings)
    print_errors(fmt::format("xaas-build: warning: {}\n", warning));
  XAAS_CHECK(print_output(options.json ? print_build_plan_json(plan) : print_build_plan(plan)));
  return 0;
}

}  // namespace xaas
