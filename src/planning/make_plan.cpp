// SPDX-License-Identifier: Apache-2.0
#include "choose_c_library.hpp"
#include "choose_variants.hpp"
#include "plan_configuration.hpp"

#include "xaas/planning/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace xaas {
namespace {

std::vector<std::string> missing_features(const std::set<std::string>& floor,
                                          const Target& target) {
  std::vector<std::string> missing;
  std::ranges::set_difference(floor, target.cpu.features, std::back_inserter(missing));
  return missing;
}

/// Why its bits would not be the generic build's, were it lowered.
std::string describe_dependence(const Numerics& numerics) {
  if (numerics.fast_math > 0) {
    return fmt::format("{} of its functions have fast-math, or sums that `omp simd` reorders",
                       numerics.fast_math);
  }
  return fmt::format("{} of its functions are fused as the compiler likes", numerics.contracted);
}

bool depends_on_lowering(const Numerics& numerics) {
  return numerics.multiply_adds > 0 || numerics.contracted > 0 || !numerics.math_calls.empty();
}

/// What all units of a deployment are planned by.
struct Planning {
  const IrManifest& manifest;
  const Target& target;
  const PlanOptions& options;
  AbiChoice abi;
};

/// The variant that takes the place of the baseline's form. Only that computes the generic build's
/// bits.
std::optional<std::size_t> variant_of(const TranslationUnit& unit, const Planning& planning) {
  if (planning.options.numerics == NumericsMode::generic) return std::nullopt;
  if (unit.is_abi_bound) {
    if (planning.abi.isa.empty()) return std::nullopt;
    return variant_for(unit, planning.abi.isa, planning.target);
  }
  return is_captured(unit) ? best_variant(unit, planning.target) : std::nullopt;
}

/// Why a unit stays machine code; nothing: it is lowered.
std::optional<std::string> reason_for_machine_code(const TranslationUnit& unit,
                                                   const UnitPlan& plan, NumericsMode numerics) {
  if (plan.variant) return std::nullopt;
  if (!is_captured(unit)) return unit.reason;
  if (unit.is_abi_bound) return "how it passes wide vectors depends on the processor";
  if (numerics == NumericsMode::native || can_keep_bits(unit)) return std::nullopt;
  return describe_dependence(unit.numerics) + ", and the generic image's bits were asked for";
}

UnitPlan plan_unit(const Planning& planning, std::size_t index) {
  const TranslationUnit& unit = planning.manifest.units[index];
  const Target& target = planning.target;
  const NumericsMode numerics = planning.options.numerics;
  UnitPlan plan{.unit = index, .variant = variant_of(unit, planning)};
  if (auto reason = reason_for_machine_code(unit, plan, numerics)) {
    plan.treatment = Treatment::machine_code;
    plan.reason = *std::move(reason);
    return plan;
  }
  plan.keep_bits = numerics == NumericsMode::generic && depends_on_lowering(unit.numerics);
  const std::vector<std::string> missing = missing_features(unit.floor, target);
  if (!missing.empty()) {
    plan.treatment = Treatment::lower_with_floor;
    plan.reason = fmt::format(
        "its command line asks for {}, which `{}` lacks: lowered with them, for the "
        "program to dispatch at run time",
        fmt::join(missing, ", "), target.name);
  }
  return plan;
}

/// One pipeline runs for the whole link: the highest level that any of its lowered units asked for.
/// Levels below -O2 never get here, capture keeps the machine code of such units; -Os and -Oz are
/// attributes of the functions.
unsigned opt_level_of(const IrManifest& manifest, const std::vector<UnitPlan>& units) {
  unsigned level = 2;
  for (const UnitPlan& plan : units) {
    if (plan.treatment == Treatment::machine_code) continue;
    for (const std::string& flag : manifest.units[plan.unit].pipeline_flags) {
      if (flag == "-O3" || flag == "-Ofast" || flag == "-O4") level = 3;
    }
  }
  return level;
}

/// A link whose every lowered unit needs more than the target has does not dispatch: it would just
/// die. Of an archive, who links it decides what runs.
Status check_floors(const IrManifest& manifest, const LinkPlan& plan, const Target& target) {
  if (manifest.links[plan.link].kind == LinkKind::archive) return {};
  std::set<std::string> missing;
  std::size_t lowered = 0;
  for (const UnitPlan& unit : plan.units) {
    if (unit.treatment == Treatment::machine_code) continue;
    ++lowered;
    if (unit.treatment == Treatment::lower) return {};
    for (std::string& feature : missing_features(manifest.units[unit.unit].floor, target)) {
      missing.insert(std::move(feature));
    }
  }
  if (lowered == 0) return {};
  return fail(ErrorKind::incompatible,
              "every unit of `{}` was compiled for {}, which `{}` does not have",
              manifest.links[plan.link].name, fmt::join(missing, ", "), target.name)
      .with_code("plan.floor")
      .with_help(
          "package the application without these -m flags, or deploy it to a processor that has "
          "the features");
}

/// `--wrap` redirects what one object asks of another. Full LTO makes one object of all units, and
/// in that one nothing is asked of another any more.
bool wraps_symbols(const Link& link) {
  return std::ranges::any_of(link.items, [](const LinkItem& item) {
    const auto* option = std::get_if<LinkOption>(&item);
    return option != nullptr &&
           (option->text.starts_with("--wrap") || option->text.starts_with("-wrap"));
  });
}

/// "12 units of `app` use variants for x86-64-v4, 3 for x86-64-v3".
std::vector<std::string> variant_notes(const IrManifest& manifest, const LinkPlan& plan) {
  const auto counts = variants_of(manifest, plan);
  if (counts.empty()) return {};
  std::vector<std::string> parts;
  parts.reserve(counts.size());
  for (const auto& [isa, count] : counts) {
    parts.push_back(parts.empty()
                        ? fmt::format("{} of `{}` {} for {}",
                                      count == 1 ? "1 unit" : fmt::format("{} units", count),
                                      manifest.links[plan.link].name,
                                      count == 1 ? "uses its variant" : "use their variants", isa)
                        : fmt::format("{} for {}", count, isa));
  }
  return {fmt::format("{}", fmt::join(parts, ", "))};
}

std::vector<std::string> unit_notes(const IrManifest& manifest, const LinkPlan& plan) {
  const auto kept = std::ranges::count(plan.units, Treatment::machine_code, &UnitPlan::treatment);
  if (kept == 0) return {};
  const std::string& name = manifest.links[plan.link].name;
  if (static_cast<std::size_t>(kept) == plan.units.size()) {
    return {
        fmt::format("`{}` stays as the generic build made it: none of its {} units can be lowered",
                    name, kept)};
  }
  return {fmt::format("{} of the {} units of `{}` keep the generic build's machine code", kept,
                      plan.units.size(), name)};
}

Result<LinkPlan> plan_link(const Planning& planning, std::size_t index) {
  const IrManifest& manifest = planning.manifest;
  const PlanOptions& options = planning.options;
  const bool wraps = wraps_symbols(manifest.links[index]);
  const bool is_archive = manifest.links[index].kind == LinkKind::archive;
  LinkPlan plan{.link = index, .lto = wraps || is_archive ? LtoMode::thin : options.lto};
  for (const std::size_t unit : units_of(manifest.links[index]))
    plan.units.push_back(plan_unit(planning, unit));
  XAAS_CHECK(check_floors(manifest, plan, planning.target));
  plan.opt_level = opt_level_of(manifest, plan.units);
  plan.notes = unit_notes(manifest, plan);
  for (std::string& note : variant_notes(manifest, plan)) plan.notes.push_back(std::move(note));
  if (wraps && plan.lto != options.lto) {
    plan.notes.push_back(
        fmt::format("`{}` is lowered with thin LTO: full LTO would undo its --wrap",
                    manifest.links[index].name));
  }
  return plan;
}

std::set<std::size_t> units_of(const IrManifest& manifest,
                               const std::map<std::size_t, std::vector<std::size_t>>& links) {
  std::set<std::size_t> units;
  for (const auto& [link, products] : links) units.merge(units_of(manifest.links[link]));
  return units;
}

/// Units that could have variants, and are machine code.
std::string note_on_abi(const IrManifest& manifest, const std::set<std::size_t>& units,
                        const AbiChoice& abi) {
  const auto bound = std::ranges::count_if(
      units, [&](std::size_t unit) { return manifest.units[unit].is_abi_bound; });
  return fmt::format("{} pass{} wide vectors and keep{} the generic build's machine code: {}",
                     bound == 1 ? "1 unit" : fmt::format("{} units", bound), bound == 1 ? "es" : "",
                     bound == 1 ? "s" : "", abi.reason);
}

}  // namespace

UnitVariant form_of(const TranslationUnit& unit, const UnitPlan& plan) {
  if (plan.variant) return unit.variants[*plan.variant];
  return {.isa = {},
          .needs = {},
          .bitcode = unit.bitcode,
          .debug_bitcode = unit.debug_bitcode,
          .explicit_functions = unit.explicit_functions,
          .numerics = unit.numerics,
          .names_prefix = unit.names_prefix};
}

std::map<std::string, std::size_t> variants_of(const IrManifest& manifest, const LinkPlan& plan) {
  std::map<std::string, std::size_t> counts;
  for (const UnitPlan& unit : plan.units)
    if (unit.variant) ++counts[manifest.units[unit.unit].variants[*unit.variant].isa];
  return counts;
}

Status check_architecture(const IrManifest& manifest, const Target& target) {
  // Machines of other architectures are described; nothing is linked in that generates their code.
  if (target.architecture != "amd64" && target.architecture != "arm64") {
    return fail(ErrorKind::incompatible,
                "the target `{}` is `{}`; code is generated for `amd64` and `arm64` alone",
                target.name, target.architecture)
        .with_code("plan.no-code-generator")
        .with_help("deploy to a machine of one of these architectures");
  }
  if (manifest.architecture == target.architecture) return {};
  return fail(ErrorKind::incompatible, "`{}` is captured for `{}`; the target `{}` is `{}`",
              manifest.application, manifest.architecture, target.name, target.architecture)
      .with_code("plan.architecture")
      .with_help("package the application on a machine of that architecture");
}

Result<DeploymentPlan> plan_configuration(const IrManifest& manifest,
                                          const Configuration& configuration, const Target& target,
                                          const PlanOptions& options) {
  DeploymentPlan plan{.target = target, .options = options, .configuration = configuration.name};
  std::map<std::size_t, std::vector<std::size_t>> products_of_link;
  for (const std::size_t product : configuration.products) {
    products_of_link[manifest.products[product].link].push_back(product);
  }
  const std::set<std::size_t> units = units_of(manifest, products_of_link);
  const Planning planning{.manifest = manifest,
                          .target = target,
                          .options = options,
                          .abi = choose_abi(manifest, units, target, options.numerics)};
  for (const auto& [link, products] : products_of_link) {
    XAAS_TRY(auto link_plan, plan_link(planning, link));
    link_plan.products = products;
    plan.links.push_back(std::move(link_plan));
  }
  if (!planning.abi.reason.empty())
    plan.notes.push_back(note_on_abi(manifest, units, planning.abi));
  return plan;
}

Result<DeploymentPlan> make_plan(const IrManifest& manifest, const Target& target,
                                 const PlanOptions& options) {
  XAAS_CHECK(check_architecture(manifest, target));
  if (manifest.configurations.empty()) {
    return fail(ErrorKind::corrupt, "`{}` has no configuration", manifest.application)
        .with_code("plan.no-configuration");
  }
  XAAS_TRY(auto plan,
           plan_configuration(manifest, manifest.configurations.front(), target, options));
  choose_c_library(manifest, plan);
  for (const std::string& error : target.probe_errors) {
    plan.notes.push_back(
        fmt::format("the description of `{}` is incomplete: {}", target.name, error));
  }
  return plan;
}

}  // namespace xaas
