// SPDX-License-Identifier: Apache-2.0
#include "file_rules.hpp"
#include "space.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <string_view>
#include <utility>

namespace xaas {
namespace {

/// A word that gives an option or variable of the build a value.
struct Setting {
  std::size_t point = 0;
  std::size_t value = 0;
  std::string text;
};

/// Option -> who sets it. The key says of which build system, too: "cmake -DWITH_MPI".
using SettingsByOption = std::map<std::string, std::vector<Setting>>;

/// "-DWITH_MPI:BOOL=ON" -> "-DWITH_MPI"; empty for what gives no value, or adds to one.
std::string_view option_in(std::string_view argument) {
  const auto equals = argument.find('=');
  if (equals == std::string_view::npos || equals == 0) return {};
  if (argument[equals - 1] == '+') return {};
  return argument.substr(0, std::min(equals, argument.find(':')));
}

/// Adds what one value sets.
void add_settings(SettingsByOption& settings, Setting setting, const BuildAdditions& build) {
  const std::pair<const char*, const std::vector<std::string>*> lists[] = {
      {"cmake ", &build.cmake},
      {"configure ", &build.configure},
      {"meson ", &build.meson},
      {"make ", &build.make}};
  const auto add = [&](const std::string& option, const std::string& text) {
    setting.text = text;
    settings[option].push_back(setting);
  };
  for (const auto& [system, arguments] : lists) {
    for (const std::string& argument : *arguments) {
      if (const auto option = option_in(argument); !option.empty())
        add(system + std::string(option), argument);
    }
  }
  for (const auto& [name, text] : build.environment)
    add("env " + name, fmt::format("{}={}", name, text));
}

SettingsByOption settings_of(const Specialization& specialization) {
  SettingsByOption settings;
  for (std::size_t i = 0; i < specialization.points.size(); ++i) {
    const SpecializationPoint& point = specialization.points[i];
    for (std::size_t k = 0; k < point.values.size(); ++k) {
      const auto found = specialization.additions.find({point.name, point.values[k].name});
      if (found != specialization.additions.end())
        add_settings(settings, {.point = i, .value = k, .text = {}}, found->second);
    }
  }
  return settings;
}

/// Looks for two values that some configuration has together.
class Meetings {
 public:
  explicit Meetings(const Specialization& specialization) : space_(specialization.points) {
    forbidden_.reserve(specialization.rules.size());
    rules_.reserve(specialization.rules.size());
    for (const Rule& rule : specialization.rules) forbidden_.push_back(space_.forbidden_by(rule));
    for (const Forbidden& rule : forbidden_) rules_.push_back(&rule);
  }

  /// The first setting before `settings[k]` that gives the option another value in some
  /// configuration; null: there is none.
  const Setting* overridden_by(const std::vector<Setting>& settings, std::size_t k) {
    const Setting& setting = settings[k];
    for (const Setting& before : std::span(settings).first(k)) {
      if (!effort_.spend(1)) return nullptr;
      if (before.point == setting.point || before.text == setting.text) continue;
      if (can_meet(before, setting)) return &before;
    }
    return nullptr;
  }

 private:
  bool can_meet(const Setting& one, const Setting& other) {
    Domains domains = space_.everything();
    domains[one.point] = ValueSet{1} << one.value;
    domains[other.point] = ValueSet{1} << other.value;
    return is_possible(domains, rules_, effort_).value_or(false);
  }

  Space space_;
  std::vector<Forbidden> forbidden_;
  std::vector<const Forbidden*> rules_;
  // Where rules are so many that it does not suffice, overriding is what the build does, too.
  Effort effort_{2'000'000};
};

Error override_error(const SourceText& source, const LocatedJson& points,
                     const Specialization& specialization, const Setting& before,
                     const Setting& setting) {
  const auto name = [&](const Setting& one) {
    const SpecializationPoint& point = specialization.points[one.point];
    return quoted_values(point.name, {point.values[one.value].name});
  };
  const auto& values = points.children[setting.point].find("values")->children;
  return source
      .error_at(values[setting.value].find("build")->at,
                fmt::format("{} sets `{}`, but {} sets `{}`", name(setting), setting.text,
                            name(before), before.text))
      .with_code("spec.conflict")
      .with_help(
          "one would override the other: set it in one point, or let the values exclude each "
          "other");
}

}  // namespace

Status check_additions(const SourceText& source, const LocatedJson& points,
                       const Specialization& specialization) {
  Meetings meetings(specialization);
  for (const auto& [option, settings] : settings_of(specialization)) {
    for (std::size_t k = 1; k < settings.size(); ++k) {
      if (const Setting* before = meetings.overridden_by(settings, k))
        return override_error(source, points, specialization, *before, settings[k]);
    }
  }
  return {};
}

}  // namespace xaas
