// SPDX-License-Identifier: Apache-2.0
#include "file_fields.hpp"
#include "file_rules.hpp"
#include "file_values.hpp"
#include "space.hpp"

#include "xaas/specializations/specialization.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace xaas {
namespace {

constexpr auto k_file_keys =
    std::to_array<std::string_view>({"schema", "application", "description", "points", "exclude"});
constexpr auto k_point_keys =
    std::to_array<std::string_view>({"name", "kind", "description", "values"});
constexpr auto k_value_keys = std::to_array<std::string_view>(
    {"name", "description", "build", "requires", "demands", "excludes", "prefer"});

Result<PointValue> read_value(const SourceText& source, const LocatedJson& object) {
  PointValue value;
  XAAS_CHECK(check_keys(source, object, k_value_keys));
  XAAS_TRY(value.name, name_field(source, object));
  XAAS_TRY(value.description, string_field(source, object, "description", Empty::allowed));
  if (const LocatedJson* needs = object.find("requires")) {
    XAAS_TRY(value.requirements, read_requires(source, *needs));
  }
  XAAS_TRY(value.preference, preference_field(source, object, "prefer"));
  return value;
}

/// Names are compared as they are, and as the variables that they become.
Status check_point_name(const SourceText& source, const LocatedJson& object,
                        const std::vector<SpecializationPoint>& before, const std::string& name) {
  for (const SpecializationPoint& point : before) {
    if (point_variable(point.name) != point_variable(name)) continue;
    const auto problem = point.name == name
                             ? fmt::format("there is a point `{}` already", name)
                             : fmt::format("`{}` and `{}` would both be told to builds as `{}`",
                                           point.name, name, point_variable(name));
    return source.error_at(object.find("name")->at, problem);
  }
  return {};
}

Result<SpecializationPoint> read_point(const SourceText& source, const LocatedJson& object,
                                       Specialization& specialization) {
  SpecializationPoint point;
  XAAS_CHECK(check_keys(source, object, k_point_keys));
  XAAS_TRY(point.name, name_field(source, object));
  XAAS_CHECK(check_point_name(source, object, specialization.points, point.name));
  XAAS_TRY(point.kind, kind_field(source, object, PointKind::option));
  XAAS_TRY(point.description, string_field(source, object, "description", Empty::allowed));
  XAAS_TRY(const LocatedJson* values, need_field(source, object, "values"));
  XAAS_CHECK(for_each_item(source, object, "values", [&](const LocatedJson& item) -> Status {
    XAAS_TRY(auto value, read_value(source, item));
    if (std::ranges::find(point.values, value.name, &PointValue::name) != point.values.end())
      return source.error_at(item.find("name")->at,
                             fmt::format("`{}` has a value `{}` already", point.name, value.name));
    if (const LocatedJson* build = item.find("build")) {
      XAAS_TRY(auto additions, read_build(source, *build));
      specialization.additions[{point.name, value.name}] = std::move(additions);
    }
    point.values.push_back(std::move(value));
    return {};
  }));
  if (point.values.empty() || point.values.size() > k_most_values) {
    return source.error_at(values->at, fmt::format("`{}` has {} values; it needs 1 to {}",
                                                   point.name, point.values.size(), k_most_values));
  }
  return point;
}

}  // namespace

Result<Specialization> parse_specialization(std::string_view text, const std::string& file) {
  const SourceText source(text, file);
  XAAS_TRY(const LocatedJson root, parse_located(source));
  Specialization specialization{.file = file};
  // First: the keys of a later version are not what is wrong with it.
  XAAS_CHECK(check_kind(source, root, LocatedJson::Kind::object));
  XAAS_CHECK(check_schema(source, root, k_specialization_schema));
  XAAS_CHECK(check_keys(source, root, k_file_keys));
  XAAS_TRY(specialization.application, string_field(source, root, "application", Empty::refused));
  XAAS_CHECK(string_field(source, root, "description", Empty::allowed));
  XAAS_TRY(const LocatedJson* points, need_field(source, root, "points"));
  XAAS_CHECK(for_each_item(source, root, "points", [&](const LocatedJson& item) -> Status {
    if (specialization.points.size() == k_most_points)
      return source.error_at(item.at, fmt::format("there are more than {} points", k_most_points));
    XAAS_TRY(auto point, read_point(source, item, specialization));
    specialization.points.push_back(std::move(point));
    return {};
  }));
  XAAS_CHECK(read_rules(source, root, specialization));
  XAAS_CHECK(check_additions(source, *points, specialization));
  return specialization;
}

}  // namespace xaas
