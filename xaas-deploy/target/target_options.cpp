// SPDX-License-Identifier: Apache-2.0
#include "actions.hpp"
#include "target/target_command.hpp"

#include "xaas/support/command_line.hpp"

#include <CLI/CLI.hpp>

#include <array>

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

constexpr std::array<Action, 5> k_actions = {
    {{.name = "list"},
     {.name = "show", .fewest = 1, .most = 1, .what = "takes one NAME"},
     {.name = "diff", .fewest = 2, .most = 2, .what = "takes two NAMEs"},
     {.name = "edit", .fewest = 1, .most = 1, .what = "takes one NAME"},
     {.name = "validate", .fewest = 1, .most = k_any_number, .what = "takes FILEs"}}};

}  // namespace

CLI::App* add_target_command(CLI::App& app, TargetOptions& options) {
  CLI::App* target =
      add_command(app, "target", "List, show, compare, edit or check descriptions of machines",
                  "list|show|diff|edit|validate [NAME...] [--json]");
  add_action(*target, options.action, k_actions,
             "diff ends with 4 where they differ, validate where a file has errors; edit "
             "starts $VISUAL or $EDITOR on a copy in the user's folder");
  target
      ->add_option("NAME", options.names,
                   "What `show` and `edit` take one of, `diff` two; of `validate`: files")
      ->type_name("");
  target->add_flag("--json", options.json, "Print one JSON document");
  target->parse_complete_callback([&options] {
    check_names("target", k_actions, options.action, options.names.size());
    if (options.json && options.action == "edit")
      throw CLI::ValidationError("--json", "`target edit` prints nothing");
  });
  target->footer(k_footer);
  return target;
}

}  // namespace xaas
