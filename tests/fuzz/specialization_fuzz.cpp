// SPDX-License-Identifier: Apache-2.0

// Specialization files, which people write by hand, and the configurations that they make.

#include "property.hpp"

#include "xaas/specializations/specialization.hpp"

#include <algorithm>
#include <set>
#include <string>

namespace xaas::fuzzing {
namespace {

bool is_forbidden(const Rule& rule, const PointAssignment& assignment) {
  return std::ranges::all_of(rule.forbidden, [&](const auto& part) {
    const auto value = assignment.find(part.first);
    return value != assignment.end() && part.second.contains(value->second);
  });
}

void expect_allowed(const Specialization& specialization, const PointAssignment& assignment) {
  expect(assignment.size() == specialization.points.size(), "every point has a value");
  for (const Rule& rule : specialization.rules) {
    expect(!rule.forbidden.empty() && !rule.sentence.empty() && rule.line > 0,
           "a rule forbids something, in words, at some place");
    expect(!is_forbidden(rule, assignment), "a configuration keeps every rule");
  }
  const auto additions = additions_of(specialization, assignment);
  for (const SpecializationPoint& point : specialization.points)
    expect(additions.environment.at(point_variable(point.name)) == assignment.at(point.name),
           "builds are told each point's value");
}

void expect_consistent(const Specialization& specialization) {
  constexpr std::size_t k_limit = 50;
  const auto configurations = configurations_of(specialization, {}, k_limit);
  if (!configurations) return expect_clear(configurations.error());
  expect(!configurations->empty() && configurations->size() <= k_limit,
         "as many as were asked for");
  std::set<std::string> names;
  for (const PointAssignment& assignment : *configurations) {
    expect_allowed(specialization, assignment);
    expect(names.insert(canonical_name(assignment)).second, "each configuration is there once");
  }
  for (const std::string& warning : unreachable_values(specialization, {}))
    expect(warning.starts_with("no configuration has `"), "a warning says which value");
}

}  // namespace
}  // namespace xaas::fuzzing

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace xaas;
  const auto parsed = parse_specialization(fuzzing::text_of(bytes, size), "f");
  if (!parsed) {
    fuzzing::expect_clear(parsed.error());
    fuzzing::expect(parsed.error().message().starts_with("f:"), "an error names its place");
    return 0;
  }
  fuzzing::expect_consistent(*parsed);
  if (const auto kept = keep_architecture(*parsed, "arm64")) fuzzing::expect_consistent(*kept);
  return 0;
}
