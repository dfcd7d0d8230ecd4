// SPDX-License-Identifier: Apache-2.0

// Which configurations there are, and why there are none: a smallest set of rules and settings that
// cannot hold together is found by taking away one after the other as long as the rest conflicts,
// then by trying all smaller sets.

#include "file_fields.hpp"
#include "file_rules.hpp"
#include "space.hpp"

#include "xaas/specializations/specialization.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <span>
#include <utility>

namespace xaas {
namespace {

// Seconds at most, on any machine.
constexpr std::uint64_t k_effort = 20'000'000;
constexpr std::size_t k_most_counted = 100'000;

/// A rule of the file, or a setting of the command line.
struct Constraint {
  Forbidden forbidden;
  std::string sentence;
};

std::string sentence_of(const Specialization& specialization, const Rule& rule) {
  return fmt::format("{} ({}:{})", rule.sentence, specialization.file, rule.line);
}

std::vector<Constraint> constraints_of(const Specialization& specialization, const Space& space,
                                       const ValuesByPoint& narrowing) {
  std::vector<Constraint> constraints;
  constraints.reserve(specialization.rules.size() + narrowing.size());
  for (const Rule& rule : specialization.rules) {
    constraints.push_back(
        {.forbidden = space.forbidden_by(rule), .sentence = sentence_of(specialization, rule)});
  }
  // A setting forbids the values that it does not name.
  for (const auto& [point, values] : narrowing) {
    Rule rest{.forbidden = {{point, {}}}, .sentence = {}};
    for (const SpecializationPoint& known : specialization.points) {
      for (const PointValue& value : known.values) {
        if (known.name == point && !values.contains(value.name))
          rest.forbidden[point].insert(value.name);
      }
    }
    if (!rest.forbidden[point].empty()) {
      constraints.push_back(
          {.forbidden = space.forbidden_by(rest),
           .sentence = fmt::format("`--set {}={}`", point, fmt::join(values, ","))});
    }
  }
  return constraints;
}

using Chosen = std::vector<const Constraint*>;

bool conflicts(const Domains& domains, const Chosen& chosen, Effort& effort) {
  std::vector<const Forbidden*> rules;
  rules.reserve(chosen.size());
  for (const Constraint* constraint : chosen) rules.push_back(&constraint->forbidden);
  return !is_possible(domains, rules, effort).value_or(true);
}

/// The first set of `size` constraints that conflicts, in their order; empty: there is none.
// As deep as the set is large.
// NOLINTNEXTLINE(misc-no-recursion)
Chosen conflict_of_size(const Domains& domains, std::span<const Constraint> from,
                        const Chosen& chosen, std::size_t size, Effort& effort) {
  if (chosen.size() == size) return conflicts(domains, chosen, effort) ? chosen : Chosen();
  for (std::size_t i = 0; i < from.size() && effort.left > 0; ++i) {
    Chosen more = chosen;
    more.push_back(&from[i]);
    if (auto found = conflict_of_size(domains, from.subspan(i + 1), more, size, effort);
        !found.empty())
      return found;
  }
  return {};
}

/// Of constraints that conflict within the domains.
Chosen smallest_conflict(const Domains& domains, std::span<const Constraint> constraints,
                         Effort& effort) {
  Chosen kept;
  for (const Constraint& constraint : constraints) kept.push_back(&constraint);
  for (std::size_t i = 0; i < kept.size() && effort.left > 0;) {
    Chosen without = kept;
    without.erase(without.begin() + static_cast<std::ptrdiff_t>(i));
    if (conflicts(domains, without, effort)) {
      kept = std::move(without);
    } else {
      ++i;
    }
  }
  for (std::size_t size = 1; size < kept.size() && effort.left > 0; ++size) {
    if (auto smaller = conflict_of_size(domains, constraints, {}, size, effort); !smaller.empty())
      return smaller;
  }
  return kept;
}

std::string sentences_of(const Chosen& chosen) {
  std::vector<std::string> sentences;
  sentences.reserve(chosen.size());
  for (const Constraint* constraint : chosen) sentences.push_back(constraint->sentence);
  return fmt::format("{}", fmt::join(sentences, "; "));
}

Error empty_space(const Domains& domains, std::span<const Constraint> constraints) {
  Effort effort{k_effort};
  const Chosen conflict = smallest_conflict(domains, constraints, effort);
  return fail(ErrorKind::invalid_input, "no configuration is left: {} {}",
              conflict.size() == 1 ? "one rule excludes all:" : "these cannot hold together:",
              sentences_of(conflict))
      .with_code("spec.empty")
      .with_help("take one of them away");
}

/// How many there are, as far as they were counted.
struct Count {
  std::size_t counted = 0;
  bool is_all = false;
};

Error too_many(std::uint64_t combinations, Count allowed, std::size_t limit) {
  return fail(ErrorKind::invalid_input,
              "the points make {}{} combinations, of which {}{} are allowed; the limit is {}",
              combinations == std::numeric_limits<std::uint64_t>::max() ? "more than " : "",
              combinations, allowed.is_all ? "" : "at least ", allowed.counted, limit)
      .with_code("spec.too-many")
      .with_help("keep fewer values with `--set POINT=VALUE`, or raise `--limit`");
}

/// What a search without enough effort has to say.
Error too_entangled(const Specialization& specialization) {
  return fail(ErrorKind::invalid_input,
              "the rules of `{}` leave more to search through than is done in seconds",
              specialization.file)
      .with_code("spec.too-entangled")
      .with_help("keep fewer values with `--set POINT=VALUE`");
}

std::vector<const Forbidden*> all_of(std::span<const Constraint> constraints) {
  std::vector<const Forbidden*> rules;
  rules.reserve(constraints.size());
  for (const Constraint& constraint : constraints) rules.push_back(&constraint.forbidden);
  return rules;
}

Error bad_setting(const std::string& setting, const std::string& problem, const std::string& help) {
  return fail(ErrorKind::invalid_input, "`--set {}`: {}", shortened(setting), problem)
      .with_code("spec.setting")
      .with_help(help);
}

Status add_setting(const std::vector<SpecializationPoint>& points, const std::string& setting,
                   ValuesByPoint& narrowing) {
  const auto equals = setting.find('=');
  const std::string name = setting.substr(0, equals);
  if (equals == std::string::npos || name.empty())
    return bad_setting(setting, "this is not POINT=VALUE", "e.g. `--set openmp=on,off`");
  const auto point = std::ranges::find(points, name, &SpecializationPoint::name);
  if (point == points.end()) {
    return bad_setting(setting, fmt::format("there is no point `{}`", shortened(name)),
                       points.empty()
                           ? "there are no points at all: a specialization file names them"
                           : suggestion(name, names_of(points)));
  }
  const auto known = names_of(point->values);
  for (std::size_t begin = equals + 1; begin <= setting.size();) {
    const std::size_t end = std::min(setting.find(',', begin), setting.size());
    const std::string value = setting.substr(begin, end - begin);
    if (std::ranges::find(known, value) == known.end()) {
      return bad_setting(setting, fmt::format("`{}` has no value `{}`", name, shortened(value)),
                         suggestion(value, known));
    }
    narrowing[name].insert(value);
    begin = end + 1;
  }
  return {};
}

}  // namespace

Result<ValuesByPoint> parse_narrowing(const std::vector<SpecializationPoint>& points,
                                      std::span<const std::string> settings) {
  ValuesByPoint narrowing;
  for (const std::string& setting : settings) XAAS_CHECK(add_setting(points, setting, narrowing));
  return narrowing;
}

std::uint64_t combinations_of(const std::vector<SpecializationPoint>& points,
                              const ValuesByPoint& narrowing) {
  constexpr auto k_most = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t product = 1;
  for (const SpecializationPoint& point : points) {
    const auto kept = narrowing.find(point.name);
    const std::uint64_t values =
        kept == narrowing.end() ? point.values.size() : kept->second.size();
    product = product > k_most / values ? k_most : product * values;
  }
  return product;
}

Result<std::vector<PointAssignment>> configurations_of(const Specialization& specialization,
                                                       const ValuesByPoint& narrowing,
                                                       std::size_t limit) {
  const Space space(specialization.points);
  const auto constraints = constraints_of(specialization, space, narrowing);
  const std::uint64_t combinations = combinations_of(specialization.points, narrowing);
  std::vector<PointAssignment> configurations;
  std::size_t counted = 0;
  Effort effort{k_effort};
  const bool is_complete =
      search(space.everything(), all_of(constraints), effort, [&](const Domains& domains) {
        if (counted < limit) configurations.push_back(space.assignment_in(domains));
        return ++counted < std::max(k_most_counted, limit + 1) ? Search::goes_on : Search::ends;
      });
  if (counted > limit) {
    const Count count{.counted = counted, .is_all = is_complete && counted < k_most_counted};
    return too_many(combinations, count, limit);
  }
  if (!is_complete) return too_entangled(specialization);
  if (counted == 0) return empty_space(space.everything(), constraints);
  return configurations;
}

std::vector<std::string> unreachable_values(const Specialization& specialization,
                                            const ValuesByPoint& narrowing) {
  const Space space(specialization.points);
  const auto constraints = constraints_of(specialization, space, narrowing);
  const auto rules = all_of(constraints);
  std::vector<std::string> warnings;
  Effort effort{k_effort};
  for (std::size_t i = 0; i < specialization.points.size(); ++i) {
    const SpecializationPoint& point = specialization.points[i];
    for (std::size_t k = 0; k < point.values.size(); ++k) {
      const auto named = narrowing.find(point.name);
      const bool is_asked_about =
          narrowing.empty() ||
          (named != narrowing.end() && named->second.contains(point.values[k].name));
      Domains domains = space.everything();
      domains[i] = ValueSet{1} << k;
      if (!is_asked_about || is_possible(domains, rules, effort).value_or(true)) continue;
      warnings.push_back(fmt::format(
          "no configuration has {}: {}", quoted_values(point.name, {point.values[k].name}),
          sentences_of(smallest_conflict(domains, constraints, effort))));
    }
  }
  return warnings;
}

}  // namespace xaas
