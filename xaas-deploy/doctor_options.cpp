// SPDX-License-Identifier: Apache-2.0
#include "doctor_options.hpp"

#include "xaas/support/command_line.hpp"

#include <CLI/CLI.hpp>

namespace xaas {
namespace {

constexpr const char* k_commands = "Commands";

CLI::App* add_command(CLI::App& app, const char* name, const char* what, const char* usage) {
  CLI::App* command = app.add_subcommand(name, what)->group(k_commands);
  style_help(*command, usage);
  return command;
}

void add_json(CLI::App& command, bool& json) {
  command.add_flag("--json", json, "Print one JSON document");
}

}  // namespace

CLI::App* add_check_command(CLI::App& app, CheckOptions& options) {
  CLI::App* check = add_command(
      app, "check", "Say whether a deployment is whole and can start here; exit code 4: no",
      "DEPLOYED [--json]");
  check
      ->add_option("DEPLOYED", options.deployed,
                   "A tree or an image that `specialize` wrote; an image is unpacked once")
      ->required()
      ->type_name("FOLDER|oci:LAYOUT[:TAG]");
  add_json(*check, options.json);
  check->footer(R"(Looks at the files, the processor, the libraries that programs need with their
versions and symbols, and the GPU that the configuration needs. Runs nothing.

Example:
  srun -N1 -p gpu xaas-deploy check /apps/heat
)");
  return check;
}

}  // namespace xaas
