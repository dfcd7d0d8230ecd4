// SPDX-License-Identifier: Apache-2.0

// x86-64 by LLVM's TargetParser. Its per-processor lists leave out what other features of the list
// imply (haswell's has no sse2) and the "64bit" feature; both are put back here, because a target
// description is complete.

#include "processor_family.hpp"

#include <llvm/ADT/SmallVector.h>
#include <llvm/ADT/StringMap.h>
#include <llvm/TargetParser/X86TargetParser.h>

#include <algorithm>
#include <iterator>

namespace xaas {
namespace {

// psABI 1.0 table 3.1, first column, plus LLVM's mark for long mode. Every 64-bit processor has
// them; LLVM's list of k8 forgets cmov.
const FeatureSet& baseline() {
  static const FeatureSet features = {"64bit", "cmov", "cx8", "fxsr", "mmx", "sse", "sse2", "x87"};
  return features;
}

FeatureSet known_x86_features_from_tables() {
  FeatureSet features = {
#define X86_FEATURE(ENUM, STR) STR,
#include <llvm/TargetParser/X86TargetParser.def>
  };
  // Mitigations, tuning, and three names that LLVM 22's code generator no longer takes.
  for (const auto* name : {"retpoline-external-thunk", "retpoline-indirect-branches",
                           "retpoline-indirect-calls", "lvi-cfi", "lvi-load-hardening",
                           "vzeroupper", "evex512", "apxf", "avx5124fmaps", "avx5124vnniw"})
    features.erase(name);
  return features;
}

const FeatureSet& known_x86_features() {
  static const FeatureSet features = known_x86_features_from_tables();
  return features;
}

FeatureSet with_implied_x86(const FeatureSet& features) {
  llvm::StringMap<bool> enabled;
  FeatureSet result = features;
  for (const auto& feature : features) {
    // LLVM aborts on a name it does not know.
    if (known_x86_features().contains(feature))
      llvm::X86::updateImpliedFeatures(feature, true, enabled);
  }
  for (const auto& entry : enabled) {
    if (entry.getValue() && known_x86_features().contains(entry.getKey().str()))
      result.insert(entry.getKey().str());
  }
  return result;
}

std::vector<std::string> x86_cpu_names() {
  llvm::SmallVector<llvm::StringRef> values;
  llvm::X86::fillValidCPUArchList(values, /*Only64Bit=*/true);
  std::vector<std::string> names;
  for (const auto value : values) names.push_back(value.str());
  std::ranges::sort(names);
  return names;
}

bool is_x86_level_name(std::string_view name) {
  return name.starts_with("x86-64");
}

std::optional<FeatureSet> features_of_x86_cpu(std::string_view cpu_name) {
  const llvm::StringRef name(cpu_name.data(), cpu_name.size());
  if (llvm::X86::parseArchX86(name, /*Only64Bit=*/true) == llvm::X86::CK_None) return {};
  llvm::SmallVector<llvm::StringRef> values;
  llvm::X86::getFeaturesForCPU(name, values);
  FeatureSet features = baseline();
  for (const auto value : values)
    if (known_x86_features().contains(value.str())) features.insert(value.str());
  // LLVM's code generator knows that the later K8 have it, its TargetParser does not.
  if (cpu_name.ends_with("-sse3")) features.insert("cx16");
  return with_implied_x86(features);
}

std::vector<Level> make_x86_levels() {
  // psABI 1.0 table 3.1 in LLVM's names; OSXSAVE has no name of its own there: "xsave" is only set
  // when the operating system enabled it.
  const std::vector<Level> steps = {
      {.name = "x86-64",
       .features = {"cmov", "cx8", "fxsr", "mmx", "sse", "sse2", "x87"},
       .mark = {}},
      {.name = "x86-64-v2",
       .features = {"cx16", "popcnt", "sahf", "sse3", "sse4.1", "sse4.2", "ssse3"},
       .mark = {}},
      {.name = "x86-64-v3",
       .features = {"avx", "avx2", "bmi", "bmi2", "f16c", "fma", "lzcnt", "movbe", "xsave"},
       .mark = {}},
      {.name = "x86-64-v4",
       .features = {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"},
       .mark = {}}};
  std::vector<Level> levels;
  FeatureSet all;
  for (const auto& step : steps) {
    all.insert(step.features.begin(), step.features.end());
    levels.push_back({.name = step.name, .features = all, .mark = {}});
  }
  return levels;
}

const std::vector<Level>& x86_levels() {
  static const std::vector<Level> levels = make_x86_levels();
  return levels;
}

std::string x86_level_after(std::string_view level) {
  return name_after(x86_levels(), level);
}

std::string x86_vendor_of(std::string_view cpu_name) {
  if (is_x86_level_name(cpu_name)) return {};
  for (const std::string_view start :
       {"znver", "bdver", "btver", "k8", "opteron", "athlon", "amdfam10", "barcelona"})
    if (cpu_name.starts_with(start)) return "amd";
  return "intel";
}

}  // namespace

const ProcessorFamily& x86_family() {
  static const ProcessorFamily family = {
      .architecture = "amd64",
      .triple = "x86_64-unknown-linux-gnu",
      .cpu_names = x86_cpu_names,
      .code_generation_name = [](std::string_view name) { return std::string(name); },
      .features_of = features_of_x86_cpu,
      .not_by_name = {"invpcid", "kl", "mmx", "sgx", "widekl"},
      .known_features = known_x86_features,
      .with_implied = with_implied_x86,
      .levels = x86_levels,
      .level_after = x86_level_after,
      .vendor_of = x86_vendor_of};
  return family;
}

}  // namespace xaas
