// SPDX-License-Identifier: Apache-2.0
#include "doctor/doctor.hpp"
#include "specialize/preparation.hpp"

#include "xaas/planning/choose_configuration.hpp"
#include "xaas/planning/plan.hpp"
#include "xaas/planning/unmet_requirements.hpp"
#include "xaas/support/text.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>

namespace xaas {
namespace {

using Kind = Finding::Kind;

Finding as_problem(std::string about, const Error& error) {
  return {.kind = Kind::problem,
          .about = std::move(about),
          .text = error.message(),
          .help = error.help()};
}

/// A value that cannot be had there is no problem as long as another one can.
void note_values(const IrManifest& ir, const Target& target, const std::string& why_not,
                 std::vector<Finding>& findings) {
  for (const SpecializationPoint& point : ir.points) {
    for (const PointValue& value : point.values) {
      const std::string setting = point.name + "=" + value.name;
      for (const UnmetRequirement& unmet :
           unmet_requirements(setting, value.requirements, {&target, 1})) {
        findings.push_back({.kind = Kind::note,
                            .about = "configuration",
                            .text = unmet.text,
                            .help = fmt::format("`{} --set {}` says what would have to change",
                                                why_not, setting)});
      }
    }
  }
}

Finding on_c_library(const DeploymentPlan& plan) {
  return {
      .about = "image-c-library",
      .text = fmt::format("a tree's programs run with {} C library: {}",
                          plan.tree_c_library == CLibrary::image ? "the image's" : "the machine's",
                          plan.tree_c_library_reason)};
}

Finding on_choice(const IrManifest& ir, const ConfigurationChoice& choice) {
  if (ir.configurations.size() == 1)
    return {.about = "configuration", .text = "the image has one, and it can be deployed there"};
  return {.about = "configuration",
          .text = fmt::format("`{}` would be deployed: {}", choice.name, choice.reason)};
}

}  // namespace

ImageDiagnosis diagnose_image(const IrManifest& ir, const Target& target,
                              const std::string& why_not) {
  ImageDiagnosis diagnosis;
  auto& findings = diagnosis.findings;
  findings.push_back(
      {.about = "image",
       .text = fmt::format("`{}` of {}, captured by {} with LLVM {}, {}", ir.application,
                           ir.architecture, ir.producer, ir.llvm_version,
                           counted(ir.configurations.size(), "configuration"))});
  const auto stop = [&](const Error& error) {
    findings.push_back(as_problem("image", error));
    diagnosis.runs = false;
    return std::move(diagnosis);
  };
  if (const auto is_readable = check_llvm_version(ir); !is_readable)
    return stop(is_readable.error());
  const auto choice = choose_configuration(ir, {&target, 1}, {});
  if (!choice) return stop(choice.error());
  const auto plan = make_plan(configured(ir, choice->index), target, {});
  if (!plan) return stop(plan.error());
  findings.push_back(on_choice(ir, *choice));
  note_values(ir, target, why_not, findings);
  findings.push_back(on_c_library(*plan));
  return diagnosis;
}

}  // namespace xaas
