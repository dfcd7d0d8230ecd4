// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/ir/manifest.hpp"
#include "xaas/targets/target.hpp"

#include <string>
#include <vector>

namespace xaas::testing {

/// A program of one unit, with a configuration for each combination of the points' values, the last
/// point's changing first.
inline IrManifest application_with(std::vector<SpecializationPoint> points) {
  IrManifest manifest{.application = "heat", .architecture = "amd64", .points = std::move(points)};
  manifest.units.push_back(
      {.source = "heat.cpp", .language = "c++", .bitcode = digest_of("heat.cpp")});
  manifest.links.push_back({.name = "heat", .items = {LinkUnit{0}}});
  manifest.products.push_back({.path = "/usr/local/bin/heat", .link = 0});
  std::vector<PointAssignment> assignments{{}};
  for (const SpecializationPoint& point : manifest.points) {
    std::vector<PointAssignment> longer;
    for (const PointAssignment& assignment : assignments) {
      for (const PointValue& value : point.values) {
        longer.push_back(assignment);
        longer.back()[point.name] = value.name;
      }
    }
    assignments = std::move(longer);
  }
  for (PointAssignment& values : assignments) {
    std::string name = canonical_name(values);
    manifest.configurations.push_back(
        {.name = std::move(name), .products = {0}, .values = std::move(values)});
  }
  return manifest;
}

inline Target target_called(const std::string& name, const std::string& cpu) {
  Target target = target_of_cpu(cpu).value();
  target.name = name;
  return target;
}

}  // namespace xaas::testing
