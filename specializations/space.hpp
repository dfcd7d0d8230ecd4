// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/specializations/specialization.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

// The configurations that rules leave, as a search over small sets of values.

namespace xaas {

inline constexpr std::size_t k_most_points = 64;
inline constexpr std::size_t k_most_values = 64;  // of a point: its values are bits of a word

/// Values of a point by bit, the first one lowest.
using ValueSet = std::uint64_t;
/// What is still possible, by point.
using Domains = std::vector<ValueSet>;

/// How much may be looked at. A search that runs out of it has no answer.
struct Effort {
  std::uint64_t left = 0;

  bool spend(std::uint64_t amount) {
    left -= amount < left ? amount : left;
    return left > 0;
  }
};

/// A rule in terms of bits: forbidden is to be in each of these sets at once.
using Forbidden = std::vector<std::pair<std::size_t, ValueSet>>;

class Space {
 public:
  explicit Space(const std::vector<SpecializationPoint>& points);

  [[nodiscard]] Forbidden forbidden_by(const Rule& rule) const;
  [[nodiscard]] Domains everything() const;
  [[nodiscard]] PointAssignment assignment_in(const Domains& domains) const;

 private:
  [[nodiscard]] std::size_t index_of(const std::string& point) const;
  [[nodiscard]] ValueSet values_of(std::size_t point, const std::set<std::string>& names) const;

  const std::vector<SpecializationPoint>& points_;
};

enum class Search { goes_on, ends };

/// Calls `visit` with each configuration, in the order of points and values, the last point's
/// first. False: the effort did not suffice.
bool search(Domains domains, const std::vector<const Forbidden*>& rules, Effort& effort,
            const std::function<Search(const Domains&)>& visit);

/// Empty: the effort did not suffice.
std::optional<bool> is_possible(const Domains& domains, const std::vector<const Forbidden*>& rules,
                                Effort& effort);

}  // namespace xaas
