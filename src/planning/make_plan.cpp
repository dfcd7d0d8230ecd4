// SPDX-License-Identifier: Apache-2.0
#include "choose_c_library.hpp"

#include "xaas/planning/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace xaas {
namespace {

/// The units of a link, each once, in index order.
std::set<std::size_t> units_of(const Link& link) {
  std::set<std::size_t> units;
  for (const LinkItem& item : link.items) {
    if (const auto* unit = std::get_if<LinkUnit>(&item)) units.insert(unit->unit);
    if (const auto* archive = std::get_if<LinkArchive>(&item)) {
      units.insert(archive->members.begin(), archive->members.end());
    }
  }
  return units;
}

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

UnitPlan plan_unit(const IrManifest& manifest, std::size_t index, const Target& target,
                   NumericsMode numerics) {
  const TranslationUnit& unit = manifest.units[index];
  UnitPlan plan{.unit = index};
  if (!is_captured(unit)) {
    plan.treatment = Treatment::machine_code;
    plan.reason = unit.reason;
    return plan;
  }
  if (numerics == NumericsMode::generic && !can_keep_bits(unit)) {
    plan.treatment = Treatment::machine_code;
    plan.reason =
        describe_dependence(unit.numerics) + ", and the generic image's bits were asked for";
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

Result<LinkPlan> plan_link(const IrManifest& manifest, std::size_t index, const Target& target,
                           const PlanOptions& options) {
  const bool wraps = wraps_symbols(manifest.links[index]);
  const bool is_archive = manifest.links[index].kind == LinkKind::archive;
  LinkPlan plan{.link = index, .lto = wraps || is_archive ? LtoMode::thin : options.lto};
  for (const std::size_t unit : units_of(manifest.links[index])) {
    plan.units.push_back(plan_unit(manifest, unit, target, options.numerics));
  }
  XAAS_CHECK(check_floors(manifest, plan, target));
  plan.opt_level = opt_level_of(manifest, plan.units);
  plan.notes = unit_notes(manifest, plan);
  if (wraps && plan.lto != options.lto) {
    plan.notes.push_back(
        fmt::format("`{}` is lowered with thin LTO: full LTO would undo its --wrap",
                    manifest.links[index].name));
  }
  return plan;
}

Status check_architecture(const IrManifest& manifest, const Target& target) {
  if (manifest.architecture == target.architecture) return {};
  return fail(ErrorKind::incompatible, "`{}` is captured for `{}`; the target `{}` is `{}`",
              manifest.application, manifest.architecture, target.name, target.architecture)
      .with_code("plan.architecture")
      .with_help("package the application on a machine of that architecture");
}

}  // namespace

Result<DeploymentPlan> make_plan(const IrManifest& manifest, const Target& target,
                                 const PlanOptions& options) {
  XAAS_CHECK(check_architecture(manifest, target));
  if (manifest.configurations.empty()) {
    return fail(ErrorKind::corrupt, "`{}` has no configuration", manifest.application)
        .with_code("plan.no-configuration");
  }
  const Configuration& configuration = manifest.configurations.front();
  DeploymentPlan plan{.target = target, .options = options, .configuration = configuration.name};
  std::map<std::size_t, std::vector<std::size_t>> products_of_link;
  for (const std::size_t product : configuration.products) {
    products_of_link[manifest.products[product].link].push_back(product);
  }
  for (const auto& [link, products] : products_of_link) {
    XAAS_TRY(auto link_plan, plan_link(manifest, link, target, options));
    link_plan.products = products;
    plan.links.push_back(std::move(link_plan));
  }
  choose_c_library(manifest, plan);
  for (const std::string& error : target.probe_errors) {
    plan.notes.push_back(
        fmt::format("the description of `{}` is incomplete: {}", target.name, error));
  }
  return plan;
}

}  // namespace xaas
