// SPDX-License-Identifier: Apache-2.0
#include "xaas/targets/choose_target.hpp"

#include "xaas/targets/run_time_checks.hpp"

#include <algorithm>
#include <utility>

namespace xaas {
namespace {

constexpr std::string_view k_x86_level = "x86-64";

struct Rank {
  unsigned level;
  std::size_t needs;

  friend auto operator<=>(const Rank&, const Rank&) = default;
};

Rank rank_of(const Target& target) {
  return {.level = level_number(target), .needs = run_time_checks(target).checks.size()};
}

/// 2: made for this vendor's processors; 1: for no vendor's; 0: for another's.
int liking(const Target& target, const Target& host) {
  const std::string vendor = vendor_in_cpuid(target);
  if (vendor.empty()) return 1;
  return target.cpu.vendor == host.cpu.vendor ? 2 : 0;
}

}  // namespace

std::vector<std::string> missing_features(const Target& target, const Target& host) {
  std::vector<std::string> missing;
  for (const RunTimeCheck& check : run_time_checks(target).checks) {
    if (!host.cpu.features.contains(check.feature)) missing.push_back(check.feature);
  }
  std::ranges::sort(missing);
  return missing;
}

bool runs_on(const Target& target, const Target& host) {
  return target.architecture == host.architecture && missing_features(target, host).empty();
}

unsigned level_number(const Target& target) {
  const std::string_view level = target.cpu.level;
  if (!level.starts_with(k_x86_level)) return 0;
  return level == k_x86_level ? 1 : static_cast<unsigned>(level.back() - '0');
}

std::string vendor_in_cpuid(const Target& target) {
  if (target.architecture != "amd64" || target.cpu.name.starts_with(k_x86_level)) return {};
  if (target.cpu.vendor == "intel") return "GenuineIntel";
  if (target.cpu.vendor == "amd") return "AuthenticAMD";
  return {};
}

std::vector<std::size_t> best_first(std::span<const Target> targets) {
  std::vector<std::size_t> order;
  order.reserve(targets.size());
  for (std::size_t index = 0; index < targets.size(); ++index) order.push_back(index);
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
    return std::pair(rank_of(targets[b]), a) < std::pair(rank_of(targets[a]), b);
  });
  return order;
}

std::optional<std::size_t> choose_target(std::span<const Target> targets, const Target& host) {
  std::optional<std::size_t> best;
  const auto worth = [&](std::size_t index) {
    return std::pair(level_number(targets[index]), liking(targets[index], host));
  };
  for (const std::size_t index : best_first(targets)) {
    if (runs_on(targets[index], host) && (!best || worth(*best) < worth(index))) best = index;
  }
  return best;
}

}  // namespace xaas
