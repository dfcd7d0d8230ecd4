// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/command_line.hpp"

#include <cstddef>
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

/// Adds the word, ACTION, which is required, to a command; `help` is its help. The actions outlive
/// the command.
void add_action(CLI::App& command, std::string& action, std::span<const Action> actions,
                const std::string& help);

/// CLI::ValidationError where a known action has another number of names than it takes.
void check_names(std::string_view command, std::span<const Action> actions, std::string_view action,
                 std::size_t names);

}  // namespace xaas
