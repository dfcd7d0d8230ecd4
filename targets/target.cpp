// SPDX-License-Identifier: Apache-2.0
#include "xaas/targets/target.hpp"

#include "processor_family.hpp"

#include "xaas/support/diagnostics.hpp"

#include <algorithm>
#include <iterator>

namespace xaas {
namespace {

Target describe_cpu(const ProcessorFamily& family, std::string_view cpu_name) {
  Target target;
  target.name = cpu_name;
  target.architecture = family.architecture;
  target.triple = family.triple;
  target.cpu.vendor = family.vendor_of(cpu_name);
  target.cpu.name = family.code_generation_name(cpu_name);
  target.cpu.tune = target.cpu.name;
  target.cpu.features = family.features_of(cpu_name).value_or(FeatureSet{});
  target.origins = {{"cpu.features", "llvm"}, {"cpu.name", "user"}};
  target.cpu.level = level_of(family.architecture, target.cpu.features);
  target.cpu.missing_for_next_level =
      missing_for_level_after(family, target.cpu.level, target.cpu.features);
  return target;
}

std::string quoted_list(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "`" : ", `") + name + "`";
  return text;
}

Error unknown_cpu(std::string_view cpu_name, const std::vector<std::string>& candidates,
                  std::string_view architecture) {
  const auto near = near_names(cpu_name, candidates);
  const std::string help =
      near.empty() ? "give `host`, a level such as `x86-64-v3` or `armv9-a`, a processor as LLVM "
                     "calls it (`znver4`, `neoverse-v2`), or a target description's file"
                   : "near names: " + quoted_list(near);
  const std::string where = architecture.empty() ? "" : fmt::format(" for `{}`", architecture);
  return fail(ErrorKind::invalid_input, "`{}` is not a processor that LLVM knows{}", cpu_name,
              where)
      .with_code("target.unknown-cpu")
      .with_help(help);
}

}  // namespace

Result<Target> target_of_cpu(std::string_view cpu_name, std::string_view architecture) {
  if (!architecture.empty() && family_of(architecture) == nullptr) {
    return fail(ErrorKind::unsupported, "processors of `{}` are not in our tables", architecture)
        .with_code("target.unknown-architecture")
        .with_help("known architectures: `amd64`, `arm64`, `riscv64`, `ppc64le`");
  }
  std::vector<std::string> candidates;
  for (const auto* family : processor_families()) {
    if (!architecture.empty() && family->architecture != architecture) continue;
    auto names = family->cpu_names();
    if (std::ranges::binary_search(names, cpu_name)) return describe_cpu(*family, cpu_name);
    std::ranges::move(names, std::back_inserter(candidates));
  }
  return unknown_cpu(cpu_name, candidates, architecture);
}

std::string gpu_backend_of(std::string_view vendor) {
  if (vendor == "nvidia") return "cuda";
  if (vendor == "amd") return "hip";
  if (vendor == "intel") return "level-zero";
  return {};
}

std::string level_of(std::string_view architecture, const std::set<std::string>& features) {
  const auto* family = family_of(architecture);
  if (family == nullptr) return {};
  const auto* level = reached_level(*family, features);
  return level == nullptr ? "" : level->name;
}

std::string level_after(const Target& target) {
  const auto* family = family_of(target.architecture);
  if (family == nullptr) return {};
  const auto& level = target.cpu.level;
  return level.empty() ? family->levels().front().name : family->level_after(level);
}

std::set<std::string> with_implied_features(std::string_view architecture,
                                            const std::set<std::string>& features) {
  const auto* family = family_of(architecture);
  return family == nullptr ? features : family->with_implied(features);
}

std::vector<std::string> cpu_names(std::string_view architecture) {
  const auto* family = family_of(architecture);
  return family == nullptr ? std::vector<std::string>{} : family->cpu_names();
}

std::set<std::string> known_features(std::string_view architecture) {
  const auto* family = family_of(architecture);
  return family == nullptr ? FeatureSet{} : family->known_features();
}

std::vector<std::string> code_generation_features(const Target& target) {
  const auto* family = family_of(target.architecture);
  const FeatureSet promised = family == nullptr
                                  ? FeatureSet{}
                                  : family->features_of(target.cpu.name).value_or(FeatureSet{});
  std::vector<std::string> list;
  for (const auto& feature : target.cpu.features) {
    if (!promised.contains(feature) || (family != nullptr && family->not_by_name.contains(feature)))
      list.push_back("+" + feature);
  }
  // '+' sorts before '-', and LLVM applies the list in order: what is taken away stays away, with
  // everything that would need it.
  for (const auto& feature : promised)
    if (!target.cpu.features.contains(feature)) list.push_back("-" + feature);
  return list;
}

}  // namespace xaas
