// SPDX-License-Identifier: Apache-2.0
#include "check/check.hpp"
#include "doctor/doctor.hpp"
#include "run/deployed.hpp"

#include "xaas/image/xaas_image.hpp"
#include "xaas/support/diagnostics.hpp"
#include "xaas/support/process.hpp"
#include "xaas/support/text.hpp"
#include "xaas/targets/target_library.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

namespace xaas {
namespace {

constexpr const char* k_host = "host";

void append(std::vector<Finding>& findings, std::vector<Finding> more) {
  std::ranges::move(more, std::back_inserter(findings));
}

/// A layout in a folder may be named by the folder alone, as for `run`.
std::string image_name(const std::string& subject) {
  std::error_code error;
  const bool is_layout =
      std::filesystem::exists(std::filesystem::path(subject) / "oci-layout", error);
  return is_layout ? "oci:" + subject : subject;
}

bool is_image(const std::string& name) {
  return name.starts_with("oci:") || name.starts_with("oci-archive:");
}

Status look_at_deployment(const std::string& name, const DoctorOptions& options,
                          const Target& target, std::vector<Finding>& findings) {
  XAAS_TRY(const auto deployed, open_deployed(name));
  if (!deployed.record) {
    return fail(ErrorKind::not_found, "`{}` has neither IR nor the record of a deployment", name)
        .with_code("doctor.no-subject")
        .with_help("name what `xaas-build ir` or `xaas-deploy specialize` wrote");
  }
  if (options.target == k_host) {
    append(findings, check_deployment(deployed, target));
  } else {
    findings.push_back(processor_finding(deployed, target));
    append(findings, requirement_findings(deployed, target));
  }
  return {};
}

/// The exit code.
Result<int> look_at(const std::string& name, const DoctorOptions& options, const Target& target,
                    std::vector<Finding>& findings) {
  if (is_image(name)) {
    XAAS_TRY(const auto reference, parse_layout_reference(name));
    auto image = open_ir_image(reference);
    if (image) {
      const std::vector<std::string> why_not{"xaas-deploy", "why-not", name, "--target",
                                             options.target};
      auto diagnosis = diagnose_image(image->ir, target, shell_quoted(why_not));
      append(findings, std::move(diagnosis.findings));
      return diagnosis.runs ? 0 : k_exit_incompatible;
    }
    if (image.error().code() != "image.no-ir") return std::move(image.error());
  }
  XAAS_CHECK(look_at_deployment(name, options, target, findings));
  return 0;
}

std::string summary(const std::vector<Finding>& findings) {
  const auto count = [&](Finding::Kind kind) {
    return std::ranges::count(findings, kind, &Finding::kind);
  };
  const auto problems = count(Finding::Kind::problem);
  const auto notes = count(Finding::Kind::note);
  const std::string rest = counted(notes, "note");
  if (problems == 0) return fmt::format("nothing is in the way; {}\n", rest);
  return fmt::format("{}, {}\n", counted(problems, "problem"), rest);
}

}  // namespace

Result<int> run_doctor_command(const DoctorOptions& options) {
  XAAS_TRY(const auto target, resolve_target(options.target));
  auto findings = machine_findings(target);
  // Of another machine only its description is known.
  if (options.target == k_host) append(findings, place_findings());
  int exit_code = 0;
  if (!options.subject.empty()) {
    XAAS_TRY(exit_code, look_at(image_name(options.subject), options, target, findings));
  }
  if (exit_code == 0 && has_problems(findings)) exit_code = k_exit_error;
  XAAS_CHECK(print_output(options.json ? print_json({{"schema", "xaas.doctor/1"},
                                                     {"target", target.name},
                                                     {"findings", to_json(findings)}})
                                       : print_findings(findings) + summary(findings)));
  return exit_code;
}

}  // namespace xaas
