// SPDX-License-Identifier: Apache-2.0
#include "xaas/planning/plan.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <variant>

namespace xaas {
namespace {

/// gcc's startup object that sets flush-to-zero (gcc, "Link Options": -ffast-math,
/// -mdaz-ftz).
bool flushes_to_zero(const Link& link) {
  return std::ranges::any_of(link.items, [](const LinkItem& item) {
    const auto* file = std::get_if<LinkFile>(&item);
    return file != nullptr && file->name == "crtfastmath.o";
  });
}

bool has_fma(const Target& target) {
  return target.architecture != "amd64" || target.cpu.features.contains("fma") ||
         target.cpu.features.contains("fma4");
}

void add_lowered(const TranslationUnit& unit, const DeploymentPlan& plan, PlanNumerics& sum) {
  const Numerics& numerics = unit.numerics;
  const std::size_t functions = numerics.multiply_adds + numerics.contracted;
  const bool fuses = plan.options.numerics == NumericsMode::generic
                         ? numerics.fused
                         : numerics.fused || has_fma(plan.target);
  if (fuses && functions > 0) {
    sum.fused_functions += functions;
    ++sum.fused_units;
  }
  if (numerics.fast_math > 0) ++sum.fast_math_units;
}

}  // namespace

PlanNumerics numerics_of(const IrManifest& manifest, const DeploymentPlan& plan) {
  PlanNumerics sum;
  std::set<std::size_t> seen;
  for (const LinkPlan& link : plan.links) {
    for (const UnitPlan& planned : link.units) {
      if (!seen.insert(planned.unit).second) continue;
      const TranslationUnit& unit = manifest.units[planned.unit];
      sum.math_calls.insert(unit.numerics.math_calls.begin(), unit.numerics.math_calls.end());
      if (planned.treatment != Treatment::machine_code) add_lowered(unit, plan, sum);
    }
    if (!flushes_to_zero(manifest.links[link.link])) continue;
    for (const std::size_t product : link.products)
      sum.flushed_to_zero.push_back(manifest.products[product].path);
  }
  return sum;
}

}  // namespace xaas
