// SPDX-License-Identifier: Apache-2.0

// AArch64 by LLVM's TargetParser. A processor there is an architecture version ("armv9-a") with
// extensions. The version is a feature of the code generator too ("v9a"), and it brings
// instructions of its own, so a description carries it - but only as far as every extension that
// the version demands is there: a hypervisor that hides one takes the version away.

#include "processor_family.hpp"

#include <llvm/ADT/SmallVector.h>
#include <llvm/TargetParser/AArch64TargetParser.h>

#include <algorithm>
#include <map>

namespace xaas {
namespace {

namespace arm = llvm::AArch64;

llvm::StringRef to_llvm(std::string_view text) {
  return {text.data(), text.size()};
}

// "+sve" in LLVM's tables.
std::string plain(llvm::StringRef plus_feature) {
  return plus_feature.drop_front().str();
}

bool is_application_profile(const arm::ArchInfo& architecture) {
  return architecture.Profile == arm::AProfile;
}

// Demanded by a version, but of no use to a program, so that their absence from a description must
// not cost it the level: cache id registers, error records, prediction restriction, statistical
// profiling, realm management. Programs are shown none of them (no HWCAP bit) but ssbs, which no
// compiler emits, and which Linux hides on cores with an erratum of it
// (arm64's Kconfig, ARM64_ERRATUM_3194386).
bool is_for_system_software(const std::string& feature) {
  static const FeatureSet features = {"ccidx", "ras",  "rasv2",   "predres",
                                      "rme",   "ssbs", "spe-eef", "specres2"};
  return features.contains(feature);
}

// Instructions that programs may use and that LLVM's code generator takes from the version alone:
// TargetParser has them as extensions and does not list them among the version's.
const std::map<std::string, FeatureSet>& silent_extensions() {
  static const std::map<std::string, FeatureSet> extensions = {
      {"v8.2a", {"ccpp"}},
      {"v8.4a", {"lse2", "rcpc-immo"}},
      {"v8.5a", {"altnzcv", "ccdp", "fptoint"}}};
  return extensions;
}

FeatureSet extensions_of(const arm::ExtensionBitset& bits) {
  FeatureSet features;
  for (const auto& extension : arm::Extensions) {
    if (bits.test(extension.ID) && !extension.PosTargetFeature.empty())
      features.insert(plain(extension.PosTargetFeature));
  }
  return features;
}

FeatureSet features_of_architecture(const arm::ArchInfo& architecture) {
  FeatureSet features;
  for (const auto* other : arm::ArchInfos) {
    if (!architecture.is_superset(*other)) continue;
    const auto name = plain(other->ArchFeature);
    features.insert(name);
    features.merge(extensions_of(other->DefaultExts));
    if (const auto silent = silent_extensions().find(name); silent != silent_extensions().end())
      features.insert(silent->second.begin(), silent->second.end());
  }
  return features;
}

FeatureSet known_aarch64_features_from_tables() {
  FeatureSet features;
  for (const auto& extension : arm::Extensions)
    if (!extension.PosTargetFeature.empty()) features.insert(plain(extension.PosTargetFeature));
  for (const auto* architecture : arm::ArchInfos)
    if (is_application_profile(*architecture)) features.insert(plain(architecture->ArchFeature));
  return features;
}

const FeatureSet& known_aarch64_features() {
  static const FeatureSet features = known_aarch64_features_from_tables();
  return features;
}

FeatureSet with_implied_aarch64(const FeatureSet& features) {
  FeatureSet result = features;
  arm::ExtensionSet extensions;
  for (const auto& feature : features) {
    if (const auto architecture = arm::ArchInfo::findBySubArch(feature))
      result.merge(features_of_architecture(*architecture));
  }
  for (const auto& feature : result) {
    if (const auto extension = arm::targetFeatureToExtension("+" + feature))
      extensions.enable(extension->ID);
  }
  result.merge(extensions_of(extensions.Enabled));
  return result;
}

std::vector<std::string> aarch64_cpu_names() {
  std::vector<std::string> names;
  llvm::SmallVector<llvm::StringRef> values;
  arm::fillValidCPUArchList(values);
  for (const auto value : values) {
    // "generic" says nothing about a machine, and would shadow what x86 users mean by it.
    if (const auto cpu = arm::parseCpu(value);
        cpu && cpu->Name != "generic" && is_application_profile(cpu->Arch))
      names.push_back(value.str());
  }
  for (const auto* architecture : arm::ArchInfos)
    if (is_application_profile(*architecture)) names.push_back(architecture->Name.str());
  std::ranges::sort(names);
  return names;
}

bool is_architecture_name(std::string_view name) {
  return name.starts_with("armv");
}

std::string aarch64_code_generation_name(std::string_view cpu_name) {
  return is_architecture_name(cpu_name) ? "generic" : std::string(cpu_name);
}

std::optional<FeatureSet> features_of_aarch64_cpu(std::string_view cpu_name) {
  if (is_architecture_name(cpu_name)) {
    const auto* architecture = arm::parseArch(to_llvm(cpu_name));
    // parseArch also takes near spellings ("armv8a"); one name for one thing.
    if (!architecture || !is_application_profile(*architecture) ||
        architecture->Name != to_llvm(cpu_name))
      return {};
    return with_implied_aarch64(features_of_architecture(*architecture));
  }
  const auto cpu = arm::parseCpu(to_llvm(cpu_name));
  if (!cpu || !is_application_profile(cpu->Arch)) return {};
  FeatureSet features = features_of_architecture(cpu->Arch);
  features.merge(extensions_of(cpu->DefaultExtensions));
  // The one processor that LLVM's code generator gives more than its TargetParser does.
  if (cpu->Name == "oryon-1") features.insert({"fp16fml", "fullfp16"});
  return with_implied_aarch64(features);
}

std::vector<Level> make_aarch64_levels() {
  std::vector<const arm::ArchInfo*> ladder;
  for (const auto* architecture : arm::ArchInfos)
    if (is_application_profile(*architecture)) ladder.push_back(architecture);
  std::ranges::sort(ladder, {}, [](const auto* architecture) { return architecture->Version; });
  std::vector<Level> levels;
  for (const auto* architecture : ladder) {
    Level level{.name = architecture->Name.str(),
                .features = features_of_architecture(*architecture),
                .mark = plain(architecture->ArchFeature)};
    std::erase_if(level.features, [](const std::string& feature) {
      return is_for_system_software(feature) || arm::ArchInfo::findBySubArch(feature);
    });
    levels.push_back(std::move(level));
  }
  return levels;
}

const std::vector<Level>& aarch64_levels() {
  static const std::vector<Level> levels = make_aarch64_levels();
  return levels;
}

std::string aarch64_level_after(std::string_view level) {
  const auto* architecture = arm::parseArch(to_llvm(level));
  if (!architecture) return {};
  for (const auto* other : arm::ArchInfos) {
    if (is_application_profile(*other) &&
        other->Version.getMajor() == architecture->Version.getMajor() &&
        other->Version.getMinor().value_or(0) == architecture->Version.getMinor().value_or(0) + 1)
      return other->Name.str();
  }
  return {};
}

std::string aarch64_vendor_of(std::string_view cpu_name) {
  static const std::vector<std::pair<std::string_view, std::string_view>> starts = {
      {"cortex", "arm"},       {"neoverse", "arm"},     {"c1-", "arm"},
      {"apple", "apple"},      {"cyclone", "apple"},    {"a64fx", "fujitsu"},
      {"fujitsu", "fujitsu"},  {"ampere", "ampere"},    {"grace", "nvidia"},
      {"gb10", "nvidia"},      {"olympus", "nvidia"},   {"carmel", "nvidia"},
      {"cobalt", "microsoft"}, {"exynos", "samsung"},   {"falkor", "qualcomm"},
      {"kryo", "qualcomm"},    {"saphira", "qualcomm"}, {"oryon", "qualcomm"},
      {"thunderx", "cavium"},  {"tsv110", "hisilicon"}};
  for (const auto& [start, vendor] : starts)
    if (cpu_name.starts_with(start)) return std::string(vendor);
  return {};
}

}  // namespace

std::string aarch64_model_name(std::string_view cpu_name) {
  static const std::map<std::string_view, std::string_view> names = {
      {"a64fx", "Fujitsu A64FX"},
      {"fujitsu-monaka", "Fujitsu Monaka"},
      {"grace", "NVIDIA Grace"},
      {"thunderx2t99", "Marvell ThunderX2"},
      {"ampere1", "AmpereOne"},
      {"ampere1a", "AmpereOne A"},
      {"ampere1b", "AmpereOne B"},
      {"apple-m1", "Apple M1"},
      {"apple-m2", "Apple M2"},
      {"apple-m3", "Apple M3"},
      {"apple-m4", "Apple M4"},
      {"tsv110", "HiSilicon TaiShan v110"},
      {"cobalt-100", "Microsoft Cobalt 100"}};
  if (const auto found = names.find(cpu_name); found != names.end())
    return std::string(found->second);
  for (const auto& [start, family] :
       {std::pair<std::string_view, std::string_view>{"neoverse-", "Arm Neoverse "},
        {"cortex-", "Arm Cortex-"}}) {
    if (cpu_name.starts_with(start))
      return std::string(family) + to_llvm(cpu_name.substr(start.size())).upper();
  }
  return {};
}

const ProcessorFamily& aarch64_family() {
  static const ProcessorFamily family = {.architecture = "arm64",
                                         .triple = "aarch64-unknown-linux-gnu",
                                         .cpu_names = aarch64_cpu_names,
                                         .code_generation_name = aarch64_code_generation_name,
                                         .features_of = features_of_aarch64_cpu,
                                         .not_by_name = {"ccidx", "ssbs", "v8a"},
                                         .known_features = known_aarch64_features,
                                         .with_implied = with_implied_aarch64,
                                         .levels = aarch64_levels,
                                         .level_after = aarch64_level_after,
                                         .vendor_of = aarch64_vendor_of};
  return family;
}

}  // namespace xaas
