// SPDX-License-Identifier: Apache-2.0
#include "processor_family.hpp"

#include <algorithm>
#include <iterator>

namespace xaas {

const std::vector<const ProcessorFamily*>& processor_families() {
  static const std::vector families = {&x86_family(), &aarch64_family(), &riscv_family(),
                                       &power_family()};
  return families;
}

const ProcessorFamily* family_of(std::string_view architecture) {
  const auto& families = processor_families();
  const auto found = std::ranges::find(families, architecture, &ProcessorFamily::architecture);
  return found == families.end() ? nullptr : *found;
}

std::string name_after(const std::vector<Level>& levels, std::string_view level) {
  const auto found = std::ranges::find(levels, level, &Level::name);
  if (found == levels.end() || std::next(found) == levels.end()) return {};
  return std::next(found)->name;
}

const Level* reached_level(const ProcessorFamily& family, const FeatureSet& features) {
  const Level* reached = nullptr;
  for (const auto& level : family.levels()) {
    if (std::ranges::includes(features, level.features) &&
        (level.mark.empty() || features.contains(level.mark)))
      reached = &level;
  }
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
    for (const auto& feature : features) {
      if (!std::ranges::includes(features, family.with_implied({feature})))
        incomplete.insert(feature);
    }
    for (const auto& feature : incomplete) features.erase(feature);
    changed = !incomplete.empty();
    dropped.merge(incomplete);
  }
  return dropped;
}

}  // namespace xaas
