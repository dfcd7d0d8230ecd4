// SPDX-License-Identifier: Apache-2.0
#include "xaas/planning/plan.hpp"
#include "xaas/support/json.hpp"
#include "xaas/support/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace xaas {
namespace {

std::string name_of(Treatment treatment) {
  switch (treatment) {
    case Treatment::lower:
      return "lower";
    case Treatment::lower_with_floor:
      return "lower-with-floor";
    case Treatment::machine_code:
      return "machine-code";
  }
  return "lower";
}

std::size_t lowered_units(const LinkPlan& link) {
  return link.units.size() - static_cast<std::size_t>(std::ranges::count(
                                 link.units, Treatment::machine_code, &UnitPlan::treatment));
}

std::string explain_exceptions(const IrManifest& manifest, const LinkPlan& link) {
  constexpr std::size_t k_named = 3;
  std::string text;
  for (const auto& [reason, sources] : exceptions_of(manifest, link)) {
    const std::size_t named = std::min(sources.size(), k_named);
    const std::vector<std::string> first(sources.begin(),
                                         sources.begin() + static_cast<std::ptrdiff_t>(named));
    text += fmt::format("      {}{}: {}\n", fmt::join(first, ", "),
                        sources.size() > named ? fmt::format(" and {} more", sources.size() - named)
                                               : std::string(),
                        reason);
  }
  return text;
}

std::string explain_link(const IrManifest& manifest, const DeploymentPlan& plan,
                         const LinkPlan& link) {
  std::string text;
  for (const std::size_t product : link.products) {
    text += fmt::format("  {}\n", manifest.products[product].path);
  }
  const std::size_t lowered = lowered_units(link);
  if (lowered == 0) {
    text += fmt::format("    stays generic: 0 of {} units can be lowered\n", link.units.size());
  } else {
    text += fmt::format("    {} of {} units lowered for {}, -O{}, {} LTO\n", lowered,
                        link.units.size(), plan.target.cpu.name, link.opt_level, name_of(link.lto));
  }
  for (const auto& [isa, count] : variants_of(manifest, link)) {
    text += fmt::format("    {} from {} for {}\n", counted(count, "unit"),
                        count == 1 ? "its variant" : "their variants", isa);
  }
  return text + explain_exceptions(manifest, link);
}

std::string explain_math_calls(const PlanNumerics& numerics, CLibrary of_trees) {
  if (numerics.math_calls.empty()) return {};
  std::string text = fmt::format(
      "  {}: computed by {} (the image's own in an image, {} in a tree)\n",
      fmt::join(numerics.math_calls, ", "),
      numerics.math_libraries.empty() ? std::string("the C library")
                                      : fmt::format("{}", fmt::join(numerics.math_libraries, ", ")),
      of_trees == CLibrary::image ? "and" : "the machine's");
  if (!numerics.processor_dependent_calls.empty()) {
    text += fmt::format("  {}: glibc's last bits depend on the processor, which has FMA or not\n",
                        fmt::join(numerics.processor_dependent_calls, ", "));
  }
  return text;
}

std::string explain_numerics(const IrManifest& manifest, const DeploymentPlan& plan) {
  const PlanNumerics numerics = numerics_of(manifest, plan);
  std::string text = plan.options.numerics == NumericsMode::native
                         ? "numerics native: as clang -march=native computes\n"
                         : "numerics generic: the bits that the generic image computes\n";
  if (numerics.fused_functions > 0) {
    text += fmt::format("  {} in {} round a multiply-add once\n",
                        counted(numerics.fused_functions, "function"),
                        counted(numerics.fused_units, "unit"));
  }
  if (numerics.fast_math_units > 0) {
    text += fmt::format("  {} with fast-math: operations may be reordered\n",
                        counted(numerics.fast_math_units, "unit"));
  }
  text += explain_math_calls(numerics, plan.tree_c_library);
  text += numerics.flushed_to_zero.empty()
              ? std::string("  denormal numbers are kept: no link has crtfastmath.o\n")
              : fmt::format("  denormal numbers become zero in {} (crtfastmath.o)\n",
                            fmt::join(numerics.flushed_to_zero, ", "));
  return text;
}

}  // namespace

std::map<std::string, std::vector<std::string>> exceptions_of(const IrManifest& manifest,
                                                              const LinkPlan& plan) {
  std::map<std::string, std::vector<std::string>> exceptions;
  for (const UnitPlan& unit : plan.units) {
    if (unit.treatment == Treatment::lower) continue;
    const std::string what = unit.treatment == Treatment::machine_code ? "machine code kept: " : "";
    exceptions[what + unit.reason].push_back(manifest.units[unit.unit].source);
  }
  return exceptions;
}

std::string name_of(LtoMode mode) {
  return mode == LtoMode::thin ? "thin" : "full";
}

std::string name_of(NumericsMode mode) {
  return mode == NumericsMode::native ? "native" : "generic";
}

std::string explain_plan(const IrManifest& manifest, const DeploymentPlan& plan) {
  const Cpu& cpu = plan.target.cpu;
  std::string text = fmt::format("{} ({}, captured by {} with LLVM {})\n", manifest.application,
                                 manifest.architecture, manifest.producer, manifest.llvm_version);
  text += fmt::format("target {}: {}{}, {} features\n", plan.target.name, cpu.name,
                      cpu.level.empty() ? "" : " (" + cpu.level + ")", cpu.features.size());
  if (!cpu.missing_for_next_level.empty()) {
    text += fmt::format("  {} but for {}\n", level_after(plan.target),
                        fmt::join(cpu.missing_for_next_level, ", "));
  }
  text += fmt::format("configuration {}: {} to make\n", plan.configuration,
                      counted(plan.links.size(), "file"));
  for (const LinkPlan& link : plan.links) text += explain_link(manifest, plan, link);
  text += fmt::format("C library of a tree: {}; {}\n",
                      plan.tree_c_library == CLibrary::image ? "the image's" : "the machine's",
                      plan.tree_c_library_reason);
  text += explain_libraries(plan.libraries);
  text += explain_numerics(manifest, plan);
  for (const std::string& note : plan.notes) text += fmt::format("note: {}\n", note);
  return text;
}

namespace {

/// An object also where there are no points.
Json to_json(const PointAssignment& values) {
  Json json = Json::object();
  for (const auto& [point, value] : values) json[point] = value;
  return json;
}

void print_choice(const ConfigurationChoice& choice, Json& json) {
  json["configuration"] = {{"name", choice.name},
                           {"values", to_json(choice.values)},
                           {"reason", choice.reason},
                           {"notes", choice.notes}};
  json["rejected"] = Json::array();
  for (const RejectedConfiguration& rejection : choice.rejected) {
    json["rejected"].push_back({{"name", rejection.name},
                                {"values", to_json(rejection.values)},
                                {"reasons", rejection.reasons}});
  }
}

Json libraries_json(const std::vector<LibraryChoice>& choices) {
  Json json = Json::array();
  for (const LibraryChoice& choice : choices) {
    Json files = Json::object();
    for (const auto& [soname, file] : choice.files)
      files[soname] = {{"soname", file.soname}, {"path", file.path}};
    json.push_back({{"interface", choice.interface},
                    {"from", choice.name.empty() ? "image" : "site"},
                    {"implementation", choice.name},
                    {"version", choice.version},
                    {"abi", choice.abi},
                    {"module", choice.module},
                    {"sonames", choice.sonames},
                    {"files", std::move(files)},
                    {"reason", choice.reason},
                    {"passed_over", choice.passed_over}});
  }
  return json;
}

/// The isa that a unit is taken for; null: the baseline's form, or machine code.
Json variant_of(const TranslationUnit& unit, const UnitPlan& plan) {
  return plan.variant ? Json(form_of(unit, plan).isa) : Json(nullptr);
}

}  // namespace

std::string print_plan(const IrManifest& manifest, const DeploymentPlan& plan,
                       const ConfigurationChoice& choice) {
  Json links = Json::array();
  for (const LinkPlan& link : plan.links) {
    Json products = Json::array();
    for (const std::size_t product : link.products) {
      products.push_back(manifest.products[product].path);
    }
    Json units = Json::array();
    for (const UnitPlan& unit : link.units) {
      units.push_back({{"source", manifest.units[unit.unit].source},
                       {"treatment", name_of(unit.treatment)},
                       {"variant", variant_of(manifest.units[unit.unit], unit)},
                       {"reason", unit.reason}});
    }
    links.push_back({{"products", std::move(products)},
                     {"lowered_units", lowered_units(link)},
                     {"opt_level", link.opt_level},
                     {"lto", name_of(link.lto)},
                     {"units", std::move(units)},
                     {"notes", link.notes}});
  }
  Json json;
  json["schema"] = "xaas.plan/1";
  json["application"] = manifest.application;
  print_choice(choice, json);
  json["target"] = {{"name", plan.target.name},
                    {"cpu", plan.target.cpu.name},
                    {"level", plan.target.cpu.level},
                    {"features", plan.target.cpu.features},
                    {"mattr", code_generation_features(plan.target)}};
  json["lto"] = name_of(plan.options.lto);
  const PlanNumerics numerics = numerics_of(manifest, plan);
  json["numerics"] = {{"mode", name_of(plan.options.numerics)},
                      {"fused_functions", numerics.fused_functions},
                      {"fused_units", numerics.fused_units},
                      {"fast_math_units", numerics.fast_math_units},
                      {"math_calls", numerics.math_calls},
                      {"processor_dependent_calls", numerics.processor_dependent_calls},
                      {"math_libraries", numerics.math_libraries},
                      {"flushed_to_zero", numerics.flushed_to_zero}};
  json["tree_c_library"] = {{"from", plan.tree_c_library == CLibrary::image ? "image" : "host"},
                            {"reason", plan.tree_c_library_reason}};
  json["libraries"] = libraries_json(plan.libraries);
  json["links"] = std::move(links);
  json["notes"] = plan.notes;
  return print_json(json);
}

}  // namespace xaas
