// SPDX-License-Identifier: Apache-2.0

// Depth first over the points in their order. After each choice every rule is looked at: one whose
// sets hold at all points but one takes its set from that one. So most of what the rules forbid is
// never tried, and a rule between the first and the last point costs nothing in between.

#include "space.hpp"

#include <algorithm>
#include <bit>

namespace xaas {
namespace {

enum class Outcome { holds, conflict, out_of_effort };

/// Where a rule can still be broken by one point alone: that point. Conflict: it is broken.
struct Look {
  bool is_harmless = false;
  bool is_broken = false;
  std::size_t point = 0;
  ValueSet values = 0;
};

Look look_at(const Forbidden& rule, const Domains& domains) {
  Look look{.is_broken = true};
  for (const auto& [point, values] : rule) {
    const ValueSet domain = domains[point];
    const bool is_inside = (domain & ~values) == 0;
    if (is_inside) continue;
    // The second point at which it may come out otherwise, or one at which it must.
    if ((domain & values) == 0 || !look.is_broken) return {.is_harmless = true};
    look.is_broken = false;
    look.point = point;
    look.values = values;
  }
  return look;
}

Outcome propagate(Domains& domains, const std::vector<const Forbidden*>& rules, Effort& effort) {
  for (bool changes = true; changes;) {
    changes = false;
    if (!effort.spend(rules.size() + 1)) return Outcome::out_of_effort;
    for (const Forbidden* rule : rules) {
      const Look look = look_at(*rule, domains);
      if (look.is_broken) return Outcome::conflict;
      if (look.is_harmless) continue;
      domains[look.point] &= ~look.values;
      changes = true;
    }
  }
  return Outcome::holds;
}

}  // namespace

Space::Space(const std::vector<SpecializationPoint>& points) : points_(points) {}

std::size_t Space::index_of(const std::string& point) const {
  const auto found = std::ranges::find(points_, point, &SpecializationPoint::name);
  return static_cast<std::size_t>(found - points_.begin());
}

ValueSet Space::values_of(std::size_t point, const std::set<std::string>& names) const {
  ValueSet values = 0;
  const auto& known = points_[point].values;
  for (std::size_t i = 0; i < known.size(); ++i)
    if (names.contains(known[i].name)) values |= ValueSet{1} << i;
  return values;
}

Forbidden Space::forbidden_by(const Rule& rule) const {
  Forbidden forbidden;
  for (const auto& [point, values] : rule.forbidden) {
    const std::size_t index = index_of(point);
    forbidden.emplace_back(index, values_of(index, values));
  }
  return forbidden;
}

Domains Space::everything() const {
  Domains domains;
  for (const SpecializationPoint& point : points_) {
    domains.push_back(point.values.size() < k_most_values ? (ValueSet{1} << point.values.size()) - 1
                                                          : ~ValueSet{0});
  }
  return domains;
}

PointAssignment Space::assignment_in(const Domains& domains) const {
  PointAssignment assignment;
  for (std::size_t i = 0; i < domains.size(); ++i) {
    assignment[points_[i].name] =
        points_[i].values[static_cast<std::size_t>(std::countr_zero(domains[i]))].name;
  }
  return assignment;
}

namespace {

/// False: the effort did not suffice; `ended` is set when the visitor has enough.
class Searcher {
 public:
  Searcher(const std::vector<const Forbidden*>& rules, Effort& effort,
           const std::function<Search(const Domains&)>& visit)
      : rules_(rules), effort_(effort), visit_(visit) {}

  // As deep as there are points: at most 64.
  // NOLINTNEXTLINE(misc-no-recursion)
  bool descend(Domains domains, std::size_t point) {
    const Outcome outcome = propagate(domains, rules_, effort_);
    if (outcome != Outcome::holds) return outcome == Outcome::conflict;
    while (point < domains.size() && std::has_single_bit(domains[point])) ++point;
    if (point == domains.size()) {
      ended_ = visit_(domains) == Search::ends;
      return true;
    }
    for (ValueSet values = domains[point]; values != 0 && !ended_; values &= values - 1) {
      Domains chosen = domains;
      chosen[point] = values & ~(values - 1);
      if (!descend(std::move(chosen), point)) return false;
    }
    return true;
  }

 private:
  const std::vector<const Forbidden*>& rules_;
  Effort& effort_;
  const std::function<Search(const Domains&)>& visit_;
  bool ended_ = false;
};

}  // namespace

bool search(Domains domains, const std::vector<const Forbidden*>& rules, Effort& effort,
            const std::function<Search(const Domains&)>& visit) {
  if (std::ranges::find(domains, ValueSet{0}) != domains.end()) return true;
  return Searcher(rules, effort, visit).descend(std::move(domains), 0);
}

std::optional<bool> is_possible(const Domains& domains, const std::vector<const Forbidden*>& rules,
                                Effort& effort) {
  bool is_found = false;
  const bool is_complete = search(domains, rules, effort, [&](const Domains&) {
    is_found = true;
    return Search::ends;
  });
  if (!is_found && !is_complete) return std::nullopt;
  return is_found;
}

}  // namespace xaas
