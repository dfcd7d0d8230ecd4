// SPDX-License-Identifier: Apache-2.0
#include "merge_equal.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace xaas {
namespace {

/// Old index -> new index.
using Renumbering = std::vector<std::size_t>;

/// Keeps the first of equal values. `rough` sorts them into groups in which all may differ.
template <class T, class Rough>
Renumbering keep_first(std::vector<T>& values, const Rough& rough) {
  Renumbering renumbered;
  std::map<std::string, std::vector<std::size_t>> groups;  // indices into `kept`
  std::vector<T> kept;
  for (T& value : values) {
    std::vector<std::size_t>& group = groups[rough(value)];
    const auto equal =
        std::ranges::find_if(group, [&](std::size_t other) { return kept[other] == value; });
    if (equal != group.end()) {
      renumbered.push_back(*equal);
      continue;
    }
    group.push_back(kept.size());
    renumbered.push_back(kept.size());
    kept.push_back(std::move(value));
  }
  values = std::move(kept);
  return renumbered;
}

void renumber(Link& link, const Renumbering& units) {
  for (LinkItem& item : link.items) {
    if (auto* unit = std::get_if<LinkUnit>(&item)) unit->unit = units[unit->unit];
    if (auto* archive = std::get_if<LinkArchive>(&item))
      for (std::size_t& member : archive->members) member = units[member];
  }
}

}  // namespace

std::vector<std::size_t> merge_equal(IrManifest& manifest) {
  Renumbering units = keep_first(manifest.units, [](const TranslationUnit& unit) {
    return unit.source + "\n" + unit.bitcode.hex() + "\n" + unit.machine_code.hex();
  });
  for (Link& link : manifest.links) renumber(link, units);
  const Renumbering links = keep_first(manifest.links, [](const Link& link) {
    return link.name + "\n" + std::to_string(link.items.size());
  });
  for (Product& product : manifest.products) product.link = links[product.link];
  const Renumbering products =
      keep_first(manifest.products, [](const Product& product) { return product.path; });
  for (Configuration& configuration : manifest.configurations)
    for (std::size_t& product : configuration.products) product = products[product];
  return units;
}

}  // namespace xaas
