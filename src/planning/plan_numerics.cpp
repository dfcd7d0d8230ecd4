// SPDX-License-Identifier: Apache-2.0
#include "xaas/planning/plan.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

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

/// "m" of "libm.so.6" and "libm-2.36.a": whose functions of <math.h> a link may take.
bool is_math_library(std::string_view file) {
  constexpr auto k_libraries =
      std::to_array<std::string_view>({"m", "imf", "svml", "alm", "amdlibm", "sleef", "openlibm"});
  if (!file.starts_with("lib")) return false;
  const std::string_view name = file.substr(3, file.find_first_of(".-") - 3);
  return std::ranges::find(k_libraries, name) != k_libraries.end();
}

std::vector<std::string> math_libraries_of(const Link& link) {
  std::vector<std::string> libraries;
  for (const LinkItem& item : link.items) {
    const auto* shared = std::get_if<LinkLibrary>(&item);
    const auto* file = std::get_if<LinkFile>(&item);
    const std::string name = shared != nullptr ? shared->soname : file != nullptr ? file->name : "";
    if (is_math_library(name)) libraries.push_back(name);
  }
  return libraries;
}

void add_library_calls(const IrManifest& manifest, const LinkPlan& link, PlanNumerics& sum) {
  bool calls_any = false;
  for (const UnitPlan& planned : link.units) {
    const UnitVariant form = form_of(manifest.units[planned.unit], planned);
    for (const std::string& name : form.numerics.math_calls) {
      calls_any = true;
      sum.math_calls.insert(name);
      if (manifest.architecture == "amd64" && is_processor_dependent_math_function(name))
        sum.processor_dependent_calls.insert(name);
    }
  }
  if (!calls_any) return;
  for (std::string& name : math_libraries_of(manifest.links[link.link])) {
    if (std::ranges::find(sum.math_libraries, name) == sum.math_libraries.end())
      sum.math_libraries.push_back(std::move(name));
  }
}

bool has_fma(const Target& target) {
  return target.architecture != "amd64" || target.cpu.features.contains("fma") ||
         target.cpu.features.contains("fma4");
}

void add_lowered(const Numerics& numerics, const DeploymentPlan& plan, PlanNumerics& sum) {
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
      if (planned.treatment == Treatment::machine_code) continue;
      add_lowered(form_of(manifest.units[planned.unit], planned).numerics, plan, sum);
    }
    add_library_calls(manifest, link, sum);
    if (!flushes_to_zero(manifest.links[link.link])) continue;
    for (const std::size_t product : link.products)
      sum.flushed_to_zero.push_back(manifest.products[product].path);
  }
  return sum;
}

}  // namespace xaas
