// SPDX-License-Identifier: Apache-2.0

// Our tables against LLVM's code generators: what a description says must be what the code is
// generated for, for every processor that LLVM knows.

#include "processor_family.hpp"

#include "xaas/targets/target.hpp"

#include <llvm/MC/MCSubtargetInfo.h>
#include <llvm/MC/TargetRegistry.h>
#include <llvm/Support/TargetSelect.h>
#include <llvm/TargetParser/Triple.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

namespace xaas {
namespace {

std::unique_ptr<llvm::MCSubtargetInfo> code_generator_of(const Target& description) {
  LLVMInitializeX86TargetInfo();
  LLVMInitializeX86TargetMC();
  LLVMInitializeAArch64TargetInfo();
  LLVMInitializeAArch64TargetMC();
  LLVMInitializeRISCVTargetInfo();
  LLVMInitializeRISCVTargetMC();
  LLVMInitializePowerPCTargetInfo();
  LLVMInitializePowerPCTargetMC();
  const llvm::Triple triple(description.triple);
  std::string error;
  const auto* target = llvm::TargetRegistry::lookupTarget(triple, error);
  std::string features;
  for (const auto& feature : code_generation_features(description))
    features += (features.empty() ? "" : ",") + feature;
  return std::unique_ptr<llvm::MCSubtargetInfo>(
      target->createMCSubtargetInfo(triple, description.cpu.name, features));
}

FeatureSet names_in(const llvm::MCSubtargetInfo& subtarget) {
  FeatureSet names;
  for (const auto& feature : subtarget.getAllProcessorFeatures()) names.insert(feature.Key);
  return names;
}

FeatureSet enabled_in(const llvm::MCSubtargetInfo& subtarget) {
  FeatureSet names;
  for (const auto& feature : subtarget.getEnabledProcessorFeatures()) names.insert(feature.Key);
  return names;
}

// What AArch64's code generator derives from a version and no program can use: system registers,
// translation, tracing, virtualization.
const FeatureSet k_system_only = {"am",      "amvs",
                                  "ecv",     "fgt",
                                  "hcx",     "lor",
                                  "mec",     "mpam",
                                  "nmi",     "nv",
                                  "pan",     "pan-rwv",
                                  "sel2",    "specrestrict",
                                  "tlb-rmi", "tracev8.4",
                                  "uaops",   "vh",
                                  "xs",      "rme",
                                  "trbe",    "ete",
                                  "spe-eef", "brbe",
                                  "clrbhb",  "prfm-slc-target",
                                  "rasv2",   "specres2",
                                  "chk"};

class EveryProcessor : public ::testing::TestWithParam<const ProcessorFamily*> {};

std::vector<Target> processors_of(const ProcessorFamily& family) {
  std::vector<Target> targets;
  for (const auto& name : family.cpu_names())
    targets.push_back(target_of_cpu(name, family.architecture).value());
  return targets;
}

}  // namespace

TEST_P(EveryProcessor, HasNamesThatTheCodeGeneratorKnows) {
  const auto subtarget = code_generator_of(processors_of(*GetParam()).front());
  const auto names = names_in(*subtarget);
  EXPECT_TRUE(std::ranges::includes(names, GetParam()->known_features()));
  for (const auto& target : processors_of(*GetParam())) {
    EXPECT_TRUE(subtarget->isCPUStringValid(target.cpu.name)) << target.name;
    EXPECT_TRUE(target.cpu.tune == "generic" || subtarget->isCPUStringValid(target.cpu.tune));
  }
}

TEST_P(EveryProcessor, IsGeneratedForWithExactlyItsFeatures) {
  for (const auto& target : processors_of(*GetParam())) {
    const auto enabled = enabled_in(*code_generator_of(target));
    for (const auto& feature : GetParam()->known_features()) {
      if (k_system_only.contains(feature)) continue;
      EXPECT_EQ(enabled.contains(feature), target.cpu.features.contains(feature))
          << target.name << " " << feature;
    }
  }
}

TEST_P(EveryProcessor, LosesAFeatureThatItsDescriptionLacks) {
  for (const auto* name : {"x86-64-v4", "znver5", "diamondrapids", "sapphirerapids", "a64fx",
                           "neoverse-v2", "neoverse-v3", "apple-m4", "tt-ascalon-d8", "pwr10"}) {
    const auto target = target_of_cpu(name).value();
    if (target.architecture != GetParam()->architecture) continue;
    for (const auto& feature : target.cpu.features) {
      if (GetParam()->features_of(GetParam()->levels().front().name)->contains(feature)) continue;
      auto less = target;
      less.cpu.features.erase(feature);
      drop_incomplete(*GetParam(), less.cpu.features);
      const auto enabled = enabled_in(*code_generator_of(less));
      for (const auto& known : GetParam()->known_features())
        if (!k_system_only.contains(known) && enabled.contains(known) &&
            !less.cpu.features.contains(known))
          ADD_FAILURE() << target.name << " without " << feature << " is generated for " << known;
    }
  }
}

TEST_P(EveryProcessor, HasACompleteSet) {
  for (const auto& target : processors_of(*GetParam())) {
    EXPECT_EQ(GetParam()->with_implied(target.cpu.features), target.cpu.features) << target.name;
    auto features = target.cpu.features;
    EXPECT_EQ(drop_incomplete(*GetParam(), features), FeatureSet{}) << target.name;
  }
}

TEST_P(EveryProcessor, SharesNoNameWithAnotherArchitecture) {
  for (const auto* other : processor_families()) {
    if (other == GetParam()) continue;
    const auto names = other->cpu_names();
    for (const auto& name : GetParam()->cpu_names())
      EXPECT_FALSE(std::ranges::binary_search(names, name)) << name;
  }
}

TEST_P(EveryProcessor, ReachesTheLevelOfItsOwnName) {
  for (const auto& level : GetParam()->levels())
    EXPECT_EQ(target_of_cpu(level.name).value().cpu.level, level.name);
}

INSTANTIATE_TEST_SUITE_P(Architectures, EveryProcessor, ::testing::ValuesIn(processor_families()),
                         [](const auto& info) { return std::string(info.param->architecture); });

TEST(PowerFamily, ImpliesWhatTheCodeGeneratorDoes) {
  const ProcessorFamily& family = power_family();
  const llvm::Triple triple(family.triple);
  code_generator_of(processors_of(family).front());  // makes the table known
  std::string error;
  const auto* target = llvm::TargetRegistry::lookupTarget(triple, error);
  for (const auto& feature : family.known_features()) {
    const std::unique_ptr<llvm::MCSubtargetInfo> subtarget(
        target->createMCSubtargetInfo(triple, "generic", "+" + feature));
    FeatureSet implied;
    for (const auto& name : enabled_in(*subtarget))
      if (family.known_features().contains(name)) implied.insert(name);
    EXPECT_EQ(family.with_implied({feature}), implied) << feature;
  }
}

TEST(Aarch64Family, LevelIsTheVersionThatLlvmGivesTheProcessor) {
  for (const auto& target : processors_of(aarch64_family())) {
    std::string version = target.cpu.level;  // "armv8.2-a" is the feature "v8.2a"
    version.erase(version.find('-'), 1).erase(0, 3);
    EXPECT_TRUE(target.cpu.features.contains(version)) << target.name << " " << target.cpu.level;
    const auto next = aarch64_family().level_after(target.cpu.level);
    if (next.empty()) continue;
    version = next;
    version.erase(version.find('-'), 1).erase(0, 3);
    EXPECT_FALSE(target.cpu.features.contains(version)) << target.name << " " << target.cpu.level;
  }
}

}  // namespace xaas
