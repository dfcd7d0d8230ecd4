// SPDX-License-Identifier: Apache-2.0
#include "choose_variants.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

// How a vector of 32 bytes is passed depends on the processor that the caller, and the one that is
// called, are compiled for (x86-64 psABI 3.2.3): in memory below AVX, in a register from AVX on.
// Two sides that disagree compute with garbage, and nobody notices at the link. So all units that
// pass such vectors are of one isa, or they are all machine code of the generic build. What another
// compiler made may be a side of such a call, too, and nobody has looked: it is of the baseline,
// and then so are all.

namespace xaas {
namespace {

bool can_run(const UnitVariant& variant, const Target& target) {
  return std::ranges::includes(target.cpu.features, variant.needs);
}

/// Assembly has its own conventions; whoever wrote it calls it accordingly in every build.
bool is_of_another_compiler(const TranslationUnit& unit) {
  return unit.bitcode.is_empty() && unit.language != "assembler";
}

std::vector<const TranslationUnit*> abi_bound_units(const IrManifest& manifest,
                                                    const std::set<std::size_t>& units) {
  std::vector<const TranslationUnit*> bound;
  for (const std::size_t index : units)
    if (manifest.units[index].is_abi_bound) bound.push_back(&manifest.units[index]);
  return bound;
}

/// Needs of all units together, by which isas are compared; empty where one unit has no variant.
std::optional<std::size_t> needs_of_all(const std::vector<const TranslationUnit*>& units,
                                        const std::string& isa, const Target& target) {
  std::size_t needs = 0;
  for (const TranslationUnit* unit : units) {
    const auto variant = variant_for(*unit, isa, target);
    if (!variant) return std::nullopt;
    needs += unit->variants[*variant].needs.size();
  }
  return needs;
}

/// Empty: there is none.
std::string most_demanding_isa(const std::vector<const TranslationUnit*>& units,
                               const Target& target) {
  std::string best;
  std::size_t best_needs = 0;
  for (const UnitVariant& variant : units.front()->variants) {
    const auto needs = needs_of_all(units, variant.isa, target);
    if (!needs || (!best.empty() && *needs <= best_needs)) continue;
    best = variant.isa;
    best_needs = *needs;
  }
  return best;
}

}  // namespace

std::optional<std::size_t> best_variant(const TranslationUnit& unit, const Target& target) {
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < unit.variants.size(); ++i) {
    const bool is_better =
        !best || unit.variants[*best].needs.size() < unit.variants[i].needs.size();
    if (is_better && can_run(unit.variants[i], target)) best = i;
  }
  return best;
}

std::optional<std::size_t> variant_for(const TranslationUnit& unit, const std::string& isa,
                                       const Target& target) {
  for (std::size_t i = 0; i < unit.variants.size(); ++i)
    if (unit.variants[i].isa == isa && can_run(unit.variants[i], target)) return i;
  return std::nullopt;
}

AbiChoice choose_abi(const IrManifest& manifest, const std::set<std::size_t>& units,
                     const Target& target, NumericsMode numerics) {
  const auto bound = abi_bound_units(manifest, units);
  const bool has_variants = std::ranges::any_of(
      bound, [](const TranslationUnit* unit) { return !unit->variants.empty(); });
  if (!has_variants) return {};
  if (numerics == NumericsMode::generic)
    return {.isa = {}, .reason = "the generic image's bits were asked for"};
  for (const std::size_t index : units) {
    if (!is_of_another_compiler(manifest.units[index])) continue;
    return {.isa = {},
            .reason = fmt::format("`{}` has no bitcode and may pass them, too",
                                  manifest.units[index].source)};
  }
  std::string isa = most_demanding_isa(bound, target);
  if (!isa.empty()) return {.isa = std::move(isa), .reason = {}};
  return {.isa = {},
          .reason = fmt::format("there is no processor for which all of them have variants and "
                                "whose code `{}` can run",
                                target.name)};
}

}  // namespace xaas
