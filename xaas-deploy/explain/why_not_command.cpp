// SPDX-License-Identifier: Apache-2.0
#include "explain/why_not.hpp"
#include "specialize/preparation.hpp"

#include "xaas/image/xaas_image.hpp"
#include "xaas/support/diagnostics.hpp"
#include "xaas/support/json.hpp"
#include "xaas/targets/target_library.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace xaas {
namespace {

std::string_view name_of(UnmetRequirement::Kind kind) {
  switch (kind) {
    case UnmetRequirement::Kind::processor:
      return "processor";
    case UnmetRequirement::Kind::gpu:
      return "gpu";
    case UnmetRequirement::Kind::mpi:
      return "mpi";
    case UnmetRequirement::Kind::library:
      return "library";
    case UnmetRequirement::Kind::program:
      return "program";
  }
  return "program";
}

std::string print_verdicts(const IrManifest& ir, const Target& target,
                           const std::vector<ConfigurationVerdict>& verdicts) {
  Json configurations = Json::array();
  for (const ConfigurationVerdict& verdict : verdicts) {
    Json unmet = Json::array();
    for (const Obstacle& obstacle : obstacles_of(ir, target, {verdict})) {
      unmet.push_back({{"kind", name_of(obstacle.unmet.kind)},
                       {"setting", obstacle.unmet.setting},
                       {"text", obstacle.unmet.text},
                       {"help", obstacle.help}});
    }
    configurations.push_back(
        {{"name", ir.configurations[verdict.index].name}, {"unmet", std::move(unmet)}});
  }
  return print_json({{"schema", "xaas.why-not/1"},
                     {"application", ir.application},
                     {"target", target.name},
                     {"configurations", std::move(configurations)}});
}

}  // namespace

Result<int> run_why_not_command(const WhyNotOptions& options) {
  XAAS_TRY(const auto reference, parse_layout_reference(options.image));
  XAAS_TRY(const auto image, open_ir_image(reference));
  XAAS_CHECK(check_llvm_version(image.ir));
  XAAS_TRY(const auto target, resolve_target(options.target));
  XAAS_TRY(const auto settings, parse_narrowing(image.ir.points, options.settings));
  XAAS_TRY(const auto verdicts, judge_configurations(image.ir, target, settings));
  const std::string asked =
      options.settings.empty() ? "" : fmt::format(" with {}", fmt::join(options.settings, " and "));
  XAAS_CHECK(print_output(options.json ? print_verdicts(image.ir, target, verdicts)
                                       : print_why_not(image.ir, target, verdicts, asked)));
  const bool can_any = std::ranges::any_of(
      verdicts, [](const ConfigurationVerdict& verdict) { return verdict.unmet.empty(); });
  return can_any ? 0 : k_exit_incompatible;
}

}  // namespace xaas
