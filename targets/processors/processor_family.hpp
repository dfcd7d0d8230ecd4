// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace xaas {

using FeatureSet = std::set<std::string>;

/// A named rung of an architecture's ladder, with everything the lower rungs need too.
struct Level {
  std::string name;
  FeatureSet features;  // what programs can use of it
  std::string mark;     // the feature that LLVM has for the level itself ("v9a"), empty: none
};

/// What LLVM's tables say about the processors of one architecture, in one shape for all of them.
struct ProcessorFamily {
  std::string_view architecture;  // OCI's name
  std::string_view triple;

  /// Names that `--target` takes, sorted.
  std::vector<std::string> (*cpu_names)();
  /// LLVM's -mcpu name for one of `cpu_names`; differs where the name is an architecture's
  /// ("armv9-a" is "generic" with features).
  std::string (*code_generation_name)(std::string_view cpu_name);
  /// Everything a processor of that name has, implied features included.
  std::optional<FeatureSet> (*features_of)(std::string_view cpu_name);
  /// Features that TargetParser lists for some processor and the code generator, given that
  /// processor's name alone, does not turn on.
  FeatureSet not_by_name;
  /// Features a program may be compiled for. Hardening and tuning switches are not among them.
  const FeatureSet& (*known_features)();
  FeatureSet (*with_implied)(const FeatureSet& features);
  /// Lowest first.
  const std::vector<Level>& (*levels)();
  /// Name of the level that comes after this one, empty at the top. Not the next in the list:
  /// after armv8.5-a comes armv8.6-a, while armv9-a is a ladder of its own.
  std::string (*level_after)(std::string_view level);
  /// Lowercase, empty when the name does not tell.
  std::string (*vendor_of)(std::string_view cpu_name);
};

const ProcessorFamily& x86_family();
const ProcessorFamily& aarch64_family();
const ProcessorFamily& riscv_family();
const ProcessorFamily& power_family();

/// What people call an AArch64 processor; empty when we do not know.
std::string aarch64_model_name(std::string_view cpu_name);

/// All of them, in the order in which a processor's name is looked for.
const std::vector<const ProcessorFamily*>& processor_families();

/// Null for an architecture whose processors we have no tables for.
const ProcessorFamily* family_of(std::string_view architecture);

/// Of a ladder without branches: the next level's name, empty at the top.
std::string name_after(const std::vector<Level>& levels, std::string_view level);

/// The highest level that `features` reach; null below the first.
const Level* reached_level(const ProcessorFamily& family, const FeatureSet& features);

/// What the level after `level` (the first one when empty) needs and `features` lacks; sorted.
/// Empty at the top, and where only what no program can see is missing.
std::vector<std::string> missing_for_level_after(const ProcessorFamily& family,
                                                 std::string_view level,
                                                 const FeatureSet& features);

/// Takes away what cannot be there because a feature that it needs is not. Returns what was taken.
FeatureSet drop_incomplete(const ProcessorFamily& family, FeatureSet& features);

}  // namespace xaas
