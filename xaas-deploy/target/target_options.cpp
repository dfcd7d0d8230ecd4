// SPDX-License-Identifier: Apache-2.0
#include "target/target_command.hpp"

#include "xaas/support/command_line.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <limits>

namespace xaas {
namespace {

constexpr const char* k_footer =
    R"(NAME is what --target takes. A name is looked for in the user's folder
($XDG_CONFIG_HOME/xaas/targets, else ~/.config/xaas/targets), in the site's
(`targets` of the site profile, else /etc/xaas/targets), among the shipped
descriptions, and among the processors that LLVM knows, in this order.

Examples:
  xaas-deploy target list
  xaas-deploy target show lumi-g
  xaas-deploy target diff host node7.json
  xaas-deploy target show znver3 --json > ours.json
  xaas-deploy target edit ours.json
  xaas-deploy target validate /etc/xaas/targets/*.json /etc/xaas/site.json
)";

struct Action {
  const char* name;
  std::size_t fewest;  // names behind it
  std::size_t most;
  const char* what;
};
constexpr std::size_t k_any = std::numeric_limits<std::size_t>::max();
constexpr std::array<Action, 5> k_actions = {
    {{.name = "list", .fewest = 0, .most = 0, .what = "takes no name"},
     {.name = "show", .fewest = 1, .most = 1, .what = "takes one NAME"},
     {.name = "diff", .fewest = 2, .most = 2, .what = "takes two NAMEs"},
     {.name = "edit", .fewest = 1, .most = 1, .what = "takes one NAME"},
     {.name = "validate", .fewest = 1, .most = k_any, .what = "takes FILEs"}}};

std::string check_action(const std::string& text) {
  if (std::ranges::find(k_actions, text, &Action::name) != k_actions.end()) return {};
  return "`" + text + "` is none of list, show, diff, edit and validate";
}

}  // namespace

CLI::App* add_target_command(CLI::App& app, TargetOptions& options) {
  CLI::App* target =
      add_command(app, "target", "List, show, compare, edit or check descriptions of machines",
                  "list|show|diff|edit|validate [NAME...] [--json]");
  target
      ->add_option("ACTION", options.action,
                   "diff ends with 4 where they differ, validate where a file has errors; edit "
                   "starts $VISUAL or $EDITOR on a copy in the user's folder")
      ->required()
      ->check(check_action)
      ->type_name("");
  target
      ->add_option("NAME", options.names,
                   "What `show` and `edit` take one of, `diff` two; of `validate`: files")
      ->type_name("");
  target->add_flag("--json", options.json, "Print one JSON document");
  target->parse_complete_callback([&options] {
    const auto* const action = std::ranges::find(k_actions, options.action, &Action::name);
    if (action == k_actions.end()) return;
    const auto count = options.names.size();
    if (count < action->fewest || count > action->most)
      throw CLI::ValidationError("NAME", "`target " + options.action + "` " + action->what);
    if (options.json && options.action == "edit")
      throw CLI::ValidationError("--json", "`target edit` prints nothing");
  });
  target->footer(k_footer);
  return target;
}

}  // namespace xaas
