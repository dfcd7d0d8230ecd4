// SPDX-License-Identifier: Apache-2.0
#include "actions.hpp"
#include "interface/interface_command.hpp"

#include "xaas/support/command_line.hpp"

#include <CLI/CLI.hpp>

#include <array>

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

constexpr std::array<Action, 3> k_actions = {
    {{.name = "list"},
     {.name = "show", .fewest = 1, .most = 1, .what = "takes one NAME"},
     {.name = "validate", .fewest = 1, .most = k_any_number, .what = "takes FILEs"}}};

}  // namespace

CLI::App* add_interface_command(CLI::App& app, InterfaceOptions& options) {
  CLI::App* interface =
      add_command(app, "interface", "List, show or check interfaces of libraries, as MPI and BLAS",
                  "list|show|validate [NAME...] [--json]");
  add_action(*interface, options.action, k_actions,
             "show prints an interface's file as it is; validate ends with 4 where a file "
             "has an error");
  interface->add_option("NAME", options.names, "What `show` takes one of; of `validate`: files")
      ->type_name("");
  interface->add_flag("--json", options.json, "Print one JSON document: `list`");
  interface->parse_complete_callback([&options] {
    check_names("interface", k_actions, options.action, options.names.size());
    if (options.json && options.action != "list")
      throw CLI::ValidationError("--json", "`interface " + options.action + "` prints text");
  });
  interface->footer(k_footer);
  return interface;
}

}  // namespace xaas
