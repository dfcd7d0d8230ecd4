// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <limits>
#include <span>
#include <string>
#include <string_view>

namespace xaas {

/// What a command does that does several things, by a word behind it: `target show NAME`.
struct Action {
  std::string_view name;
  std::size_t fewest = 0;  // names behind it
  std::size_t most = 0;
  std::string_view what = "takes no name";
};
inline constexpr std::size_t k_any_number = std::numeric_limits<std::size_t>::max();

/// Checks the word, as CLI11 wants it: what is wrong with it, or nothing. The actions outlive it.
std::function<std::string(const std::string&)> is_action(std::span<const Action> actions);

/// CLI::ValidationError where a known action has another number of names than it takes.
void check_names(std::string_view command, std::span<const Action> actions, std::string_view action,
                 std::size_t names);

}  // namespace xaas
