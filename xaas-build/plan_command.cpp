// SPDX-License-Identifier: Apache-2.0
#include "plan_command.hpp"

#include "build_plan.hpp"
#include "capture_to_manifest.hpp"

#include "xaas/support/diagnostics.hpp"

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

Result<BuildPlan> make_build_plan(const BuildPlanOptions& options) {
  BuildPlan plan{.looked_for = (options.source / k_specialization_file).string()};
  XAAS_CHECK(check_source_folder(options.source));
  XAAS_TRY(const auto space,
           read_configurations(options.source, options.configurations, baseline_of({})));
  const Specialization& specialization = space.specialization;
  XAAS_TRY(plan.system, build_system_of(options.source, options.command, specialization));
  plan.application = application_in(specialization, options.source);
  plan.specialization = specialization.file;
  plan.combinations = combinations_of(specialization.points, space.narrowing);
  for (const PointAssignment& assignment : space.configurations) {
    auto configuration = plan_configuration(specialization, assignment, plan.system);
    if (!options.keep.empty())
      configuration.built = cost_of_kept_build(folder_of_build(options.keep, configuration.name));
    plan.configurations.push_back(std::move(configuration));
  }
  plan.left_out = specialization.left_out;
  plan.warnings = warnings_of(specialization, space.narrowing, plan.system);
  return plan;
}

}  // namespace

Result<int> run_plan_command(const BuildPlanOptions& options) {
  XAAS_TRY(const auto plan, make_build_plan(options));
  for (const std::string& warning : plan.warnings)
    print_errors(fmt::format("xaas-build: warning: {}\n", warning));
  XAAS_CHECK(print_output(options.json ? print_build_plan_json(plan) : print_build_plan(plan)));
  return 0;
}

}  // namespace xaas
