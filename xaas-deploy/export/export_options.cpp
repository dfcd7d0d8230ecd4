// SPDX-License-Identifier: Apache-2.0
#include "export/export.hpp"

#include <CLI/CLI.hpp>

#include <string>

namespace xaas {
namespace {

std::string check_form(const std::string& text) {
  for (const char* form : {"apptainer", "charliecloud", "podman", "sarus-edf", "module", "slurm"})
    if (text == form) return {};
  return "`" + text + "` is none of apptainer, charliecloud, podman, sarus-edf, module and slurm";
}

std::string check_syntax(const std::string& text) {
  return text == "lua" || text == "tcl" ? "" : "`" + text + "` is neither lua nor tcl";
}

}  // namespace

CLI::App* add_export_command(CLI::App& app, ExportOptions& options) {
  CLI::App* command =
      add_command(app, "export", "Write what another program needs to run a deployment",
                  "DEPLOYED --for FORM [OPTIONS]");
  command
      ->add_option("DEPLOYED", options.deployed,
                   "What `specialize` wrote; squashfs and SIF files, too")
      ->required()
      ->type_name("FOLDER|FILE|oci:LAYOUT[:TAG]");
  command
      ->add_option("--for", options.form,
                   "apptainer, charliecloud or podman: a script that runs the image; sarus-edf: an "
                   "Environment Definition File; module: of a tree; slurm: a batch script")
      ->required()
      ->check(check_form)
      ->type_name("FORM");
  auto* syntax = command
                     ->add_option("--syntax", options.syntax,
                                  "Language of a module (default: lua, which Lmod reads)")
                     ->check(check_syntax)
                     ->type_name("lua|tcl");
  command
      ->add_option(
          "--target", options.target,
          "The machine that it is to run on, whose scheduler and network it says (default: "
          "the one that the deployment is named for, where it is described; else this one)")
      ->type_name("host|FILE|NAME");
  command
      ->add_option("--output", options.output,
                   "The file to write, or the folder to write it to (default: stdout)")
      ->type_name("FILE|FOLDER");
  command->add_flag("--force", options.force, "Replace what an export wrote there");
  command->parse_complete_callback([syntax, &options] {
    if (syntax->count() != 0 && options.form != "module")
      throw CLI::ValidationError("--syntax", "is of modules: `--for module`");
  });
  command->footer(R"(Examples:
  xaas-deploy export heat-here --for module --output ~/modules
  xaas-deploy export oci:heat:here --for slurm --output heat.sbatch
)");
  return command;
}

}  // namespace xaas
