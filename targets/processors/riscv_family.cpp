// SPDX-License-Identifier: Apache-2.0

// 64-bit RISC-V by LLVM's TargetParser. Extensions imply others, and some together make one ("zba",
// "zbb" and "zbs" are "b"): LLVM's RISCVISAInfo knows both. Levels are the profiles for
// applications (RVA20U64, RVA22U64, RVA23U64).

#include "processor_family.hpp"

#include <llvm/ADT/SmallVector.h>
#include <llvm/Support/Error.h>
#include <llvm/TargetParser/RISCVISAInfo.h>
#include <llvm/TargetParser/RISCVTargetParser.h>

#include <algorithm>
#include <array>
#include <iterator>

namespace xaas {
namespace {

constexpr unsigned k_register_bits = 64;
constexpr auto k_profiles = std::to_array<std::string_view>({"rva20u64", "rva22u64", "rva23u64"});
constexpr const char* k_any_cpu = "generic-rv64";

llvm::StringRef to_llvm(std::string_view text) {
  return {text.data(), text.size()};
}

FeatureSet features_in(const llvm::RISCVISAInfo& isa) {
  FeatureSet features;
  for (const std::string& plus_feature : isa.toFeatures()) features.insert(plus_feature.substr(1));
  return features;
}

// LLVM's table has no other door.
struct ExtensionVersion {
  unsigned major;
  unsigned minor;
};
struct RISCVSupportedExtension {
  const char* name;
  ExtensionVersion version;
};
#define GET_SUPPORTED_EXTENSIONS
#include <llvm/TargetParser/RISCVTargetParserDef.inc>

const FeatureSet& known_riscv_features() {
  static const FeatureSet features = [] {
    FeatureSet all;
    for (const auto& extension : SupportedExtensions) all.insert(extension.name);
    for (const auto& extension : SupportedExperimentalExtensions)
      all.insert(std::string("experimental-") + extension.name);
    all.erase("e");  // half of the registers: no Linux runs there
    return all;
  }();
  return features;
}

// A set that LLVM finds contradictory implies nothing.
FeatureSet with_implied_riscv(const FeatureSet& features) {
  std::vector<std::string> list;
  for (const std::string& feature : features)
    if (known_riscv_features().contains(feature)) list.push_back("+" + feature);
  FeatureSet result = features;
  auto isa = llvm::RISCVISAInfo::parseFeatures(k_register_bits, list);
  if (isa) {
    result.merge(features_in(**isa));
  } else {
    llvm::consumeError(isa.takeError());
  }
  return result;
}

bool is_profile(std::string_view name) {
  return std::ranges::find(k_profiles, name) != k_profiles.end();
}

FeatureSet features_of_profile(std::string_view name) {
  auto isa = llvm::RISCVISAInfo::parseArchString(to_llvm(name), false);
  if (isa) return features_in(**isa);
  llvm::consumeError(isa.takeError());
  return {};
}

std::vector<std::string> riscv_cpu_names() {
  std::vector<std::string> names(k_profiles.begin(), k_profiles.end());
  llvm::SmallVector<llvm::StringRef> values;
  llvm::RISCV::fillValidCPUArchList(values, true);
  for (const auto value : values) names.push_back(value.str());
  std::ranges::sort(names);
  return names;
}

std::string riscv_code_generation_name(std::string_view cpu_name) {
  return is_profile(cpu_name) ? k_any_cpu : std::string(cpu_name);
}

std::optional<FeatureSet> features_of_riscv_cpu(std::string_view cpu_name) {
  if (is_profile(cpu_name)) return features_of_profile(cpu_name);
  if (!llvm::RISCV::parseCPU(to_llvm(cpu_name), true)) return {};
  llvm::SmallVector<std::string> values;
  llvm::RISCV::getFeaturesForCPU(to_llvm(cpu_name), values);
  return with_implied_riscv(FeatureSet(values.begin(), values.end()));
}

// Demanded by a profile, but no instruction that a compiler would use, and unknown to the kernels
// of most machines: promises about memory and timing, counters, pointer masking.
bool is_promise(const std::string& feature) {
  static const FeatureSet promises = {"supm",   "za128rs", "za64rs",   "zic64b", "ziccamoa",
                                      "ziccif", "zicclsm", "ziccrse",  "zicntr", "zihpm",
                                      "zkt",    "zvkt",    "zihintntl"};
  return promises.contains(feature);
}

const std::vector<Level>& riscv_levels() {
  static const std::vector<Level> levels = [] {
    std::vector<Level> steps;
    for (const auto name : k_profiles) {
      steps.push_back(
          {.name = std::string(name), .features = features_of_profile(name), .mark = {}});
      std::erase_if(steps.back().features, is_promise);
      steps.back().features.erase("b");  // no more than a name for "zba", "zbb" and "zbs"
    }
    return steps;
  }();
  return levels;
}

std::string riscv_level_after(std::string_view level) {
  return name_after(riscv_levels(), level);
}

std::string riscv_vendor_of(std::string_view cpu_name) {
  if (is_profile(cpu_name)) return {};
  for (const std::string_view vendor : {"andes", "mips", "sifive", "spacemit", "syntacore"})
    if (cpu_name.starts_with(vendor)) return std::string(vendor);
  if (cpu_name.starts_with("tt-")) return "tenstorrent";
  if (cpu_name.starts_with("veyron")) return "ventana";
  return {};
}

}  // namespace

const ProcessorFamily& riscv_family() {
  static const ProcessorFamily family = {.architecture = "riscv64",
                                         .triple = "riscv64-unknown-linux-gnu",
                                         .cpu_names = riscv_cpu_names,
                                         .code_generation_name = riscv_code_generation_name,
                                         .features_of = features_of_riscv_cpu,
                                         .not_by_name = {"b", "zcd", "zks", "zvknc"},
                                         .known_features = known_riscv_features,
                                         .with_implied = with_implied_riscv,
                                         .levels = riscv_levels,
                                         .level_after = riscv_level_after,
                                         .vendor_of = riscv_vendor_of};
  return family;
}

}  // namespace xaas
