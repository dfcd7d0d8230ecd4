// SPDX-License-Identifier: Apache-2.0
#include "options.hpp"

#include "xaas/lowering/lower.hpp"
#include "xaas/support/diagnostics.hpp"

#include <cstdio>
#include <variant>

namespace {

struct Run {
  xaas::Result<int> operator()(const xaas::Answered& answered) const {
    XAAS_CHECK(xaas::print_output(answered.output));
    xaas::print_errors(answered.errors);
    return answered.exit_code;
  }
  xaas::Result<int> operator()(const xaas::LowerOneLink&) const {
    return xaas::lowering_child_main();
  }
  xaas::Result<int> operator()(const xaas::DetectOptions& options) const {
    return run_detect_command(options);
  }
  xaas::Result<int> operator()(const xaas::PlanCommand& plan) const {
    return run_plan_command(plan.options);
  }
  xaas::Result<int> operator()(const xaas::SpecializeOptions& options) const {
    return run_specialize_command(options);
  }
  xaas::Result<int> operator()(const xaas::RunOptions& options) const {
    return run_run_command(options);
  }
  xaas::Result<int> operator()(const xaas::RelocateOptions& options) const {
    return run_relocate_command(options);
  }
  xaas::Result<int> operator()(const xaas::CheckOptions& options) const {
    return run_check_command(options);
  }
  xaas::Result<int> operator()(const xaas::ExportOptions& options) const {
    return run_export_command(options);
  }
  xaas::Result<int> operator()(const xaas::ListOptions& options) const {
    return run_list_command(options);
  }
  xaas::Result<int> operator()(const xaas::RefreshOptions& options) const {
    return run_refresh_command(options);
  }
  xaas::Result<int> operator()(const xaas::RollbackOptions& options) const {
    return run_rollback_command(options);
  }
  xaas::Result<int> operator()(const xaas::DoctorOptions& options) const {
    return run_doctor_command(options);
  }
  xaas::Result<int> operator()(const xaas::WhyNotOptions& options) const {
    return run_why_not_command(options);
  }
  xaas::Result<int> operator()(const xaas::ExplainOptions& options) const {
    return run_explain_command(options);
  }
  xaas::Result<int> operator()(const xaas::ReportOptions& options) const {
    return run_report_command(options);
  }
  xaas::Result<int> operator()(const xaas::CacheOptions& options) const {
    return run_cache_command(options);
  }
  xaas::Result<int> operator()(const xaas::TargetOptions& options) const {
    return run_target_command(options);
  }
  xaas::Result<int> operator()(const xaas::InterfaceOptions& options) const {
    return run_interface_command(options);
  }
  xaas::Result<int> operator()(const xaas::IdentifyOptions& options) const {
    return run_identify_command(options);
  }
  xaas::Result<int> operator()(const xaas::CompareOptions& options) const {
    return run_compare_command(options);
  }
};

}  // namespace

int main(int argc, char** argv) {
  return xaas::run_program("xaas-deploy",
                           [&] { return std::visit(Run{}, xaas::parse_options(argc, argv)); });
}
