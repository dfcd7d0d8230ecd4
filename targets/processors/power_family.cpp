// SPDX-License-Identifier: Apache-2.0

// POWER, little-endian, by LLVM's TargetParser. Its lists are complete for a processor, but do not
// say what one feature implies: that table is ours, and a test holds it against the code
// generator's.

#include "processor_family.hpp"

#include <llvm/ADT/SmallVector.h>
#include <llvm/ADT/StringMap.h>
#include <llvm/TargetParser/PPCTargetParser.h>
#include <llvm/TargetParser/Triple.h>

#include <algorithm>
#include <iterator>
#include <map>

namespace xaas {
namespace {

constexpr std::string_view k_triple = "powerpc64le-unknown-linux-gnu";

llvm::StringRef to_llvm(std::string_view text) {
  return {text.data(), text.size()};
}

// What tells the code generator how to write code, and not what the processor has.
bool is_hint(llvm::StringRef feature) {
  static const FeatureSet hints = {"allow-unaligned-fp-access",
                                   "crbits",
                                   "fast-MFLR",
                                   "fusion",
                                   "hard-float",
                                   "ppc-postra-sched",
                                   "ppc-prera-sched",
                                   "predictable-select-expensive",
                                   "recipprec",
                                   "two-const-nr",
                                   "vectors-use-two-units"};
  return feature.starts_with("fuse-") || hints.contains(feature.str());
}

const std::map<std::string, FeatureSet>& directly_implied() {
  static const std::map<std::string, FeatureSet> implied = {
      {"altivec", {"fpu"}},
      {"crypto", {"power8-altivec"}},
      {"direct-move", {"vsx"}},
      {"fcpsgn", {"fpu"}},
      {"fpcvt", {"fpu"}},
      {"fprnd", {"fpu"}},
      {"fre", {"fpu"}},
      {"fres", {"fpu"}},
      {"frsqrte", {"fpu"}},
      {"frsqrtes", {"fpu"}},
      {"fsqrt", {"fpu"}},
      {"isa-v30-instructions", {"isa-v207-instructions"}},
      {"isa-v31-instructions", {"isa-v30-instructions"}},
      {"lfiwax", {"fpu"}},
      {"mma", {"power8-vector", "power9-altivec", "paired-vector-memops"}},
      {"paired-vector-memops", {"isa-v30-instructions"}},
      {"pcrelative-memops", {"isa-v30-instructions", "prefix-instrs"}},
      {"power10-vector", {"isa-v31-instructions", "power9-vector"}},
      {"power8-altivec", {"altivec"}},
      {"power8-vector", {"power8-altivec", "vsx"}},
      {"power9-altivec", {"isa-v30-instructions", "power8-altivec"}},
      {"power9-vector", {"isa-v30-instructions", "power8-vector", "power9-altivec"}},
      {"prefix-instrs", {"isa-v31-instructions"}},
      {"stfiwx", {"fpu"}},
      {"vsx", {"altivec"}}};
  return implied;
}

FeatureSet with_implied_power(const FeatureSet& features) {
  FeatureSet result;
  std::vector<std::string> waiting(features.begin(), features.end());
  while (!waiting.empty()) {
    const std::string feature = std::move(waiting.back());
    waiting.pop_back();
    if (!result.insert(feature).second) continue;
    const auto more = directly_implied().find(feature);
    if (more != directly_implied().end()) std::ranges::copy(more->second, back_inserter(waiting));
  }
  return result;
}

// "power9" is the name of the level (glibc-hwcaps has it, too) and an alias of LLVM's "pwr9".
std::string power_code_generation_name(std::string_view cpu_name) {
  return llvm::PPC::normalizeCPUName(to_llvm(cpu_name)).str();
}

FeatureSet features_in_tables(std::string_view cpu_name) {
  FeatureSet features;
  const auto table = llvm::PPC::getPPCDefaultTargetFeatures(
      llvm::Triple(to_llvm(k_triple)), to_llvm(power_code_generation_name(cpu_name)));
  if (!table) return features;
  for (const auto& entry : *table)
    if (entry.getValue() && !is_hint(entry.getKey())) features.insert(entry.getKey().str());
  return features;
}

// The ABI of the little-endian systems begins with POWER8 (ELFv2 ABI 1.1).
bool is_little_endian_server(llvm::StringRef name) {
  return (name.starts_with("pwr") || name.starts_with("power")) &&
         features_in_tables({name.data(), name.size()}).contains("isa-v207-instructions");
}

std::vector<std::string> power_cpu_names() {
  std::vector<std::string> names;
  llvm::SmallVector<llvm::StringRef> values;
  llvm::PPC::fillValidCPUList(values);
  for (const auto value : values)
    if (is_little_endian_server(value)) names.push_back(value.str());
  std::ranges::sort(names);
  return names;
}

std::optional<FeatureSet> features_of_power_cpu(std::string_view cpu_name) {
  if (!std::ranges::binary_search(power_cpu_names(), cpu_name)) return {};
  return with_implied_power(features_in_tables(cpu_name));
}

const FeatureSet& known_power_features() {
  static const FeatureSet features = [] {
    FeatureSet all;
    for (const auto& name : power_cpu_names()) all.merge(*features_of_power_cpu(name));
    return all;
  }();
  return features;
}

const std::vector<Level>& power_levels() {
  static const std::vector<Level> levels = [] {
    std::vector<Level> steps;
    for (const auto* name : {"power8", "power9", "power10"}) {
      steps.push_back({.name = name, .features = features_in_tables(name), .mark = {}});
      // Transactions left the architecture with 3.1, and systems switch them off before that.
      steps.back().features.erase("htm");
    }
    return steps;
  }();
  return levels;
}

std::string power_level_after(std::string_view level) {
  return name_after(power_levels(), level);
}

}  // namespace

const ProcessorFamily& power_family() {
  static const ProcessorFamily family = {
      .architecture = "ppc64le",
      .triple = k_triple,
      .cpu_names = power_cpu_names,
      .code_generation_name = power_code_generation_name,
      .features_of = features_of_power_cpu,
      .not_by_name = {},
      .known_features = known_power_features,
      .with_implied = with_implied_power,
      .levels = power_levels,
      .level_after = power_level_after,
      .vendor_of = [](std::string_view) { return std::string("ibm"); }};
  return family;
}

}  // namespace xaas
