// SPDX-License-Identifier: Apache-2.0
#include "isa_report.hpp"

#include "xaas/frontend/isa_levels.hpp"
#include "xaas/support/text.hpp"
#include "xaas/targets/target.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

namespace xaas {
namespace {

constexpr std::size_t k_processors_named = 3;
constexpr std::size_t k_pieces_of_advice = 5;

// What most machines are, those that many know first: LLVM's tables have some hundred names.
constexpr auto k_common_processors = std::to_array<std::string_view>(
    {"x86-64-v2", "x86-64-v3", "x86-64-v4", "znver4", "sapphirerapids", "icelake-server",
     "cascadelake", "skylake-avx512", "znver3", "graniterapids", "znver5", "haswell", "alderlake",
     "neoverse-v2", "neoverse-n1", "neoverse-v1", "neoverse-n2", "a64fx", "ampere1"});

std::set<std::string> features_of(const std::string& processor, const IrManifest& manifest) {
  const auto target = target_of_cpu(processor, manifest.architecture);
  return target ? target->cpu.features : std::set<std::string>{};
}

std::set<std::string> available_features(const IrManifest& manifest) {
  std::set<std::string> features = features_of(manifest.baseline, manifest);
  for (const std::string& isa : manifest.isas) features.merge(features_of(isa, manifest));
  return features;
}

std::vector<std::string> processors_with(const std::string& feature, const IrManifest& manifest) {
  std::vector<std::string> names;
  const auto look_at = [&](std::string_view name) {
    std::string processor(name);
    if (names.size() < k_processors_named && features_of(processor, manifest).contains(feature) &&
        std::ranges::find(names, processor) == names.end())
      names.push_back(std::move(processor));
  };
  std::ranges::for_each(k_common_processors, look_at);
  if (names.empty()) std::ranges::for_each(cpu_names(manifest.architecture), look_at);
  return names;
}

std::string quoted(const std::vector<std::string>& names) {
  return fmt::format("`{}`", fmt::join(names, "`, `"));
}

/// Their code is the machine code that the build made, for the baseline.
std::string describe_machine_code(const IrManifest& manifest) {
  const auto count = std::ranges::count_if(manifest.units, [](const TranslationUnit& unit) {
    return !unit.asks.empty() && !is_captured(unit) && unit.variants.empty();
  });
  if (count == 0) return {};
  return fmt::format("  {} of these keep{} the build's machine code, and with it the baseline\n",
                     count, count == 1 ? "s" : "");
}

}  // namespace

bool is_isa_bound(const TranslationUnit& unit) {
  return unit.is_abi_bound || !unit.asks.empty() || !unit.variants.empty();
}

std::map<std::string, std::size_t> variants_by_isa(const IrManifest& manifest) {
  std::map<std::string, std::size_t> counts;
  for (const TranslationUnit& unit : manifest.units)
    for (const UnitVariant& variant : unit.variants) ++counts[variant.isa];
  return counts;
}

std::vector<IsaAdvice> isa_advice(const IrManifest& manifest) {
  const std::set<std::string> available = available_features(manifest);
  std::map<std::string, std::size_t> units;
  for (const TranslationUnit& unit : manifest.units)
    for (const std::string& macro : unit.asks) ++units[macro];
  std::vector<IsaAdvice> advice;
  for (const auto& [macro, count] : units) {
    const std::string feature = feature_of_macro(macro, manifest.architecture);
    if (feature.empty() || available.contains(feature)) continue;
    auto processors = processors_with(feature, manifest);
    if (processors.empty()) continue;
    advice.push_back({.macro = macro, .units = count, .processors = std::move(processors)});
  }
  std::ranges::sort(advice, [](const IsaAdvice& one, const IsaAdvice& other) {
    return std::tuple(other.units, one.macro) < std::tuple(one.units, other.macro);
  });
  return advice;
}

std::string describe_isas(const IrManifest& manifest) {
  const auto bound = static_cast<std::size_t>(std::ranges::count_if(manifest.units, is_isa_bound));
  if (bound == 0) return {};
  std::vector<std::string> kept;
  std::size_t variants = 0;
  const auto counts = variants_by_isa(manifest);
  for (const std::string& isa : manifest.isas) {
    const auto found = counts.find(isa);
    if (found == counts.end()) continue;
    kept.push_back(fmt::format("{} for {}", found->second, isa));
    variants += found->second;
  }
  std::string text = fmt::format("  code of {} depends on the processor: ", counted(bound, "unit"));
  text += manifest.isas.empty() ? "with --isa none, all of it is the baseline's\n"
          : kept.empty()
              ? "no variant differs from the baseline\n"
              : fmt::format("{} ({})\n", counted(variants, "variant"), fmt::join(kept, ", "));
  text += describe_machine_code(manifest);
  std::vector<IsaAdvice> advice = isa_advice(manifest);
  if (advice.size() > k_pieces_of_advice) advice.resize(k_pieces_of_advice);
  for (const IsaAdvice& piece : advice) {
    text += fmt::format("  {} ask{} for `{}`; add `--isa` a processor that has it: {}\n",
                        counted(piece.units, "unit"), piece.units == 1 ? "s" : "", piece.macro,
                        quoted(piece.processors));
  }
  return text;
}

}  // namespace xaas
