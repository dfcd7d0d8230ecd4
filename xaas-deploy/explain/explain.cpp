// SPDX-License-Identifier: Apache-2.0
#include "explain/explain.hpp"

#include "record/deployment_report.hpp"
#include "run/deployed.hpp"

#include "xaas/support/diagnostics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace xaas {
namespace {

std::string explain_origin(const DeploymentRecord& record) {
  return fmt::format("{} was made by {} from {}\n", record.application, record.producer,
                     record.reference.empty()
                         ? record.image.str()
                         : fmt::format("`{}` ({})", record.reference, record.image.str()));
}

std::string explain_configuration(const DeploymentRecord& record) {
  if (!record.decision) {
    return fmt::format(
        "configuration {}; why is not recorded: the program that made it is older "
        "than that\n",
        record.configuration);
  }
  const ConfigurationDecision& decision = *record.decision;
  if (decision.reason.empty())
    return fmt::format("configuration {}: the image has no other\n", record.configuration);
  std::string text = fmt::format("configuration {}: {}\n", record.configuration, decision.reason);
  for (const RejectedConfiguration& other : decision.rejected)
    text += fmt::format("  not {}: {}\n", other.name, fmt::join(other.reasons, "; "));
  return text;
}

std::string explain_needs(const DeploymentRecord& record) {
  if (!record.decision) return {};
  const std::string needs = describe_requirements(record.decision->requirements);
  return needs.empty() ? "" : fmt::format("  it needs {}\n", needs);
}

std::string explain_target(const DeployedTarget& part) {
  const Target& target = part.target;
  std::string text = fmt::format("target {}: {}, {} features", target.name, target.architecture,
                                 target.cpu.features.size());
  if (!target.libc_version.empty()) text += fmt::format(", glibc {}", target.libc_version);
  return text + fmt::format("; numerics {}\n", part.numerics);
}

std::string explain_exceptions(const DeployedTarget& part) {
  if (part.exceptions.empty()) return {};
  std::string text = "what was not simply lowered:\n";
  for (const UnitExceptions& some : part.exceptions) {
    const std::size_t others = some.count - std::min(some.count, some.sources.size());
    text += fmt::format("  {}{}: {}\n", fmt::join(some.sources, ", "),
                        others == 0 ? "" : fmt::format(" and {} more", others), some.reason);
  }
  return text;
}

}  // namespace

std::string explain_record(const DeploymentRecord& record) {
  std::string text = explain_origin(record) + explain_configuration(record) + explain_needs(record);
  for (const DeployedTarget& part : record.targets)
    text += explain_target(part) + describe_part(record, part) + explain_exceptions(part);
  for (const std::string& note : record.notes) text += fmt::format("note: {}\n", note);
  return text + fmt::format("{} LTO{}{}\n", record.lto,
                            record.frame_pointers ? ", frame pointers kept" : "",
                            record.debug_info ? ", with debug information" : "");
}

Result<int> run_explain_command(const ExplainOptions& options) {
  XAAS_TRY(const auto deployed, open_deployment(options.deployed));
  const DeploymentRecord& record = *deployed.record;
  XAAS_CHECK(print_output(options.json ? print_record(record) : explain_record(record)));
  return 0;
}

}  // namespace xaas
