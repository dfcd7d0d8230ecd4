// SPDX-License-Identifier: Apache-2.0
#include "xaas/support/quantities.hpp"

#include <array>
#include <charconv>
#include <limits>
#include <utility>

namespace xaas {
namespace {

/// `text` as a number and what follows it; no number when it is not one.
std::pair<std::optional<std::uint64_t>, std::string_view> leading_count(std::string_view text) {
  std::uint64_t number = 0;
  const char* const begin = text.data();
  const auto [behind, error] = std::from_chars(begin, begin + text.size(), number);
  if (error != std::errc{}) return {std::nullopt, text};
  return {number, text.substr(static_cast<std::size_t>(behind - begin))};
}

std::optional<std::uint64_t> times(std::uint64_t number, std::uint64_t unit) {
  if (number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) / unit)
    return std::nullopt;
  return number * unit;
}

}  // namespace

std::optional<std::uint64_t> parse_size(std::string_view text) {
  constexpr std::string_view k_units = "KMGT";
  auto [number, unit] = leading_count(text);
  if (unit.ends_with('B')) unit.remove_suffix(1);
  if (!number || unit.size() > 1) return std::nullopt;
  std::uint64_t factor = 1;
  if (!unit.empty()) {
    const auto power = k_units.find(unit.front());
    if (power == std::string_view::npos) return std::nullopt;
    for (std::size_t i = 0; i <= power; ++i) factor *= 1000;
  }
  return times(*number, factor);
}

std::optional<std::chrono::seconds> parse_duration(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, std::uint64_t>, 4> k_units = {
      {{"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}}};
  // Clocks count nanoseconds: a century is enough, and fits.
  constexpr std::uint64_t k_longest = std::uint64_t{100} * 366 * 86400;
  const auto [number, unit] = leading_count(text);
  for (const auto& [name, seconds] : k_units) {
    if (!number || unit != name) continue;
    const auto total = times(*number, seconds);
    if (total && *total <= k_longest) return std::chrono::seconds(*total);
  }
  return std::nullopt;
}

}  // namespace xaas
