// SPDX-License-Identifier: Apache-2.0
#include "processor_family.hpp"

#include <algorithm>

namespace xaas {

const ProcessorFamily* family_of(std::string_view architecture) {
  if (architecture == "amd64") return &x86_family();
  if (architecture == "arm64") return &aarch64_family();
  return nullptr;
}

const Level* reached_level(const ProcessorFamily& family, const FeatureSet& features) {
  const Level* reached = nullptr;
  for (const auto& level : family.levels())
    if (std::ranges::includes(features, level.features) &&
        (level.mark.empty() || features.contains(level.mark)))
      reached = &level;
  return reached;
}

std::vector<std::string> missing_for_level_after(const ProcessorFamily& family,
                                                 std::string_view level,
                                                 const FeatureSet& features) {
  const auto& levels = family.levels();
  const auto next_name = level.empty() ? levels.front().name : family.level_after(level);
  const auto next = std::ranges::find(levels, next_name, &Level::name);
  std::vector<std::string> missing;
  if (next != levels.end())
    std::ranges::set_difference(next->features, features, std::back_inserter(missing));
  return missing;
}

FeatureSet drop_incomplete(const ProcessorFamily& family, FeatureSet& features) {
  FeatureSet dropped;
  // One pass may make another feature incomplete, so until nothing changes; each pass removes at
  // least one, so it ends.
  for (bool changed = true; changed;) {
    FeatureSet incomplete;
    for (const auto& feature : features)
      if (!std::ranges::includes(features, family.with_implied({feature})))
        incomplete.insert(feature);
    for (const auto& feature : incomplete) features.erase(feature);
    changed = !incomplete.empty();
    dropped.merge(incomplete);
  }
  return dropped;
}

}  // namespace xaas
