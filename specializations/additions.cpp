// SPDX-License-Identifier: Apache-2.0
#include "xaas/specializations/specialization.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace xaas {
namespace {

/// The value of each point, in the order of the points.
std::vector<std::pair<const SpecializationPoint*, const PointValue*>> values_in(
    const std::vector<SpecializationPoint>& points, const PointAssignment& assignment) {
  std::vector<std::pair<const SpecializationPoint*, const PointValue*>> values;
  for (const SpecializationPoint& point : points) {
    const auto chosen = assignment.find(point.name);
    if (chosen == assignment.end()) continue;
    const auto value = std::ranges::find(point.values, chosen->second, &PointValue::name);
    if (value != point.values.end()) values.emplace_back(&point, &*value);
  }
  return values;
}

void append(std::vector<std::string>& to, const std::vector<std::string>& more) {
  to.insert(to.end(), more.begin(), more.end());
}

}  // namespace

BuildAdditions additions_of(const Specialization& specialization,
                            const PointAssignment& assignment) {
  BuildAdditions all;
  for (const auto& [point, value] : values_in(specialization.points, assignment)) {
    all.environment[point_variable(point->name)] = value->name;
    const auto found = specialization.additions.find({point->name, value->name});
    if (found == specialization.additions.end()) continue;
    const BuildAdditions& own = found->second;
    append(all.cmake, own.cmake);
    append(all.configure, own.configure);
    append(all.meson, own.meson);
    append(all.make, own.make);
    append(all.steps, own.steps);
    for (const auto& [name, text] : own.environment) all.environment[name] = text;
  }
  return all;
}

Requirements requirements_of(const std::vector<SpecializationPoint>& points,
                             const PointAssignment& assignment) {
  Requirements all;
  // Two values that need two of a kind are never in one configuration, and one point alone names
  // architectures: a rule of the file says so.
  for (const auto& [point, value] : values_in(points, assignment)) {
    const Requirements& own = value->requirements;
    all.cpu.insert(own.cpu.begin(), own.cpu.end());
    if (own.vector_bits != 0) all.vector_bits = own.vector_bits;
    if (!own.gpu_backend.empty()) all.gpu_backend = own.gpu_backend;
    if (!own.gpu_architectures.empty()) all.gpu_architectures = own.gpu_architectures;
    if (!own.mpi.empty()) all.mpi = own.mpi;
    for (const LibraryRequirement& library : own.libraries) {
      if (std::ranges::find(all.libraries, library) == all.libraries.end())
        all.libraries.push_back(library);
    }
  }
  return all;
}

std::string describe_requirements(const Requirements& requirements) {
  std::vector<std::string> needs;
  if (!requirements.cpu.empty())
    needs.push_back(fmt::format("a processor with `{}`", fmt::join(requirements.cpu, "`, `")));
  if (requirements.vector_bits != 0)
    needs.push_back(fmt::format("vectors of {} bits", requirements.vector_bits));
  if (!requirements.mpi.empty())
    needs.push_back(fmt::format("an MPI of the ABI `{}`", requirements.mpi));
  if (!requirements.gpu_backend.empty()) {
    const auto& architectures = requirements.gpu_architectures;
    needs.push_back(fmt::format("a GPU for `{}`", requirements.gpu_backend) +
                    (architectures.empty()
                         ? ""
                         : fmt::format(", one of `{}`", fmt::join(architectures, "`, `"))));
  }
  for (const LibraryRequirement& library : requirements.libraries) {
    needs.push_back(fmt::format("`{}`", library.name) +
                    (library.version.empty() ? "" : fmt::format(" {} or later", library.version)));
  }
  return fmt::format("{}", fmt::join(needs, "; "));
}

std::int64_t preference_of(const std::vector<SpecializationPoint>& points,
                           const PointAssignment& assignment) {
  std::int64_t sum = 0;
  for (const auto& [point, value] : values_in(points, assignment)) sum += value->preference;
  return sum;
}

}  // namespace xaas
