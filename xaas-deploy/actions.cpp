// SPDX-License-Identifier: Apache-2.0
#include "actions.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

namespace xaas {

void add_action(CLI::App& command, std::string& action, std::span<const Action> actions,
                const std::string& help) {
  const auto check = [actions](const std::string& text) -> std::string {
    if (std::ranges::find(actions, text, &Action::name) != actions.end()) return {};
    std::vector<std::string_view> names;
    for (const Action& action : actions.first(actions.size() - 1)) names.push_back(action.name);
    return fmt::format("`{}` is none of {} and {}", text, fmt::join(names, ", "),
                       actions.back().name);
  };
  command.add_option("ACTION", action, help)->required()->check(check)->type_name("");
}

void check_names(std::string_view command, std::span<const Action> actions, std::string_view action,
                 std::size_t names) {
  const auto known = std::ranges::find(actions, action, &Action::name);
  if (known == actions.end() || (names >= known->fewest && names <= known->most)) return;
  throw CLI::ValidationError("NAME", fmt::format("`{} {}` {}", command, action, known->what));
}

}  // namespace xaas
