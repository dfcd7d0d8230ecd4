// SPDX-License-Identifier: Apache-2.0
#include "interface/interface_command.hpp"

#include "xaas/support/command_line.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <limits>

namespace xaas {
namespace {

constexpr const char* k_footer =
    R"(An interface is what several libraries implement, as MPI or BLAS: its file says
which of them can stand for each other. A file NAME.json in the site's folder
(`interfaces` of the site profile, else /etc/xaas/interfaces) adds one, or
stands in place of the shipped one.

Examples:
  xaas-deploy interface list
  xaas-deploy interface show blas > blas.json
  xaas-deploy interface validate blas.json
)";

struct Action {
  const char* name;
  std::size_t fewest;  // names behind it
  std::size_t most;
  const char* what;
};
constexpr std::size_t k_any = std::numeric_limits<std::size_t>::max();
constexpr std::array<Action, 3> k_actions = {
    {{.name = "list", .fewest = 0, .most = 0, .what = "takes no name"},
     {.name = "show", .fewest = 1, .most = 1, .what = "takes one NAME"},
     {.name = "validate", .fewest = 1, .most = k_any, .what = "takes FILEs"}}};

std::string check_action(const std::string& text) {
  if (std::ranges::find(k_actions, text, &Action::name) != k_actions.end()) return {};
  return "`" + text + "` is none of list, show and validate";
}

}  // namespace

CLI::App* add_interface_command(CLI::App& app, InterfaceOptions& options) {
  CLI::App* interface =
      add_command(app, "interface", "List, show or check interfaces of libraries, as MPI and BLAS",
                  "list|show|validate [NAME...] [--json]");
  interface
      ->add_option("ACTION", options.action,
                   "show prints an interface's file as it is; validate ends with 4 where a file "
                   "has an error")
      ->required()
      ->check(check_action)
      ->type_name("");
  interface->add_option("NAME", options.names, "What `show` takes one of; of `validate`: files")
      ->type_name("");
  interface->add_flag("--json", options.json, "Print one JSON document: `list`");
  interface->parse_complete_callback([&options] {
    const auto* const action = std::ranges::find(k_actions, options.action, &Action::name);
    if (action == k_actions.end()) return;
    const auto count = options.names.size();
    if (count < action->fewest || count > action->most)
      throw CLI::ValidationError("NAME", "`interface " + options.action + "` " + action->what);
    if (options.json && options.action != "list")
      throw CLI::ValidationError("--json", "`interface " + options.action + "` prints text");
  });
  interface->footer(k_footer);
  return interface;
}

}  // namespace xaas
