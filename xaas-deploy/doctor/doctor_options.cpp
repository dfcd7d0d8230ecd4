// SPDX-License-Identifier: Apache-2.0
#include "doctor/doctor_options.hpp"

#include "xaas/support/command_line.hpp"

#include <CLI/CLI.hpp>

#include <chrono>
#include <string>

namespace xaas {
namespace {

// A day: longer than any person waits at a terminal.
constexpr unsigned k_longest_wait = 86400;

void add_json(CLI::App& command, bool& json) {
  command.add_flag("--json", json, "Print one JSON document");
}

void add_target(CLI::App& command, std::string& target) {
  command
      .add_option("--target", target,
                  "The machine: this one (default), a description's file or name, or a processor's "
                  "name")
      ->type_name("host|FILE|NAME");
}

}  // namespace

CLI::App* add_doctor_command(CLI::App& app, DoctorOptions& options) {
  CLI::App* doctor = add_command(
      app, "doctor", "Say what of a machine works, what does not, and what to do about it",
      "[IMAGE|DEPLOYED] [--target WHAT] [--json]");
  doctor
      ->add_option("IMAGE", options.subject,
                   "Look at this image or deployment, too, and whether it goes with the machine")
      ->type_name("oci:LAYOUT[:TAG]|FOLDER");
  add_target(*doctor, options.target);
  add_json(*doctor, options.json);
  doctor->footer(R"(Exit code 1: something is a problem; 3: the image cannot be deployed there.

Examples:
  xaas-deploy doctor
  xaas-deploy doctor oci:heat --target node.json
)");
  return doctor;
}

CLI::App* add_why_not_command(CLI::App& app, WhyNotOptions& options) {
  CLI::App* why_not = add_command(
      app, "why-not", "Say what would have to change for a configuration to be deployed",
      "IMAGE [--target WHAT] [--set POINT=VALUE]...");
  why_not->add_option("IMAGE", options.image, "An image that `xaas-build ir` made")
      ->required()
      ->type_name("oci:LAYOUT[:TAG]");
  add_target(*why_not, options.target);
  why_not
      ->add_option("--set", options.settings,
                   "Only of configurations with one of these values; repeatable")
      ->allow_extra_args(false)
      ->type_name("POINT=VALUE[,...]");
  add_json(*why_not, options.json);
  why_not->footer(R"(Exit code 3: none of them can be deployed there.

Example:
  xaas-deploy why-not oci:heat --target node.json --set gpu=cuda
)");
  return why_not;
}

CLI::App* add_explain_command(CLI::App& app, ExplainOptions& options) {
  CLI::App* explain =
      add_command(app, "explain", "Say what was decided when a deployment was made, and why",
                  "DEPLOYED [--json]");
  explain->add_option("DEPLOYED", options.deployed, "A tree or an image that `specialize` wrote")
      ->required()
      ->type_name("FOLDER|oci:LAYOUT[:TAG]");
  add_json(*explain, options.json);
  explain->footer("");
  return explain;
}

CLI::App* add_report_command(CLI::App& app, ReportOptions& options) {
  CLI::App* report =
      add_command(app, "report", "Put into one file what others need to know to help, redacted",
                  "IMAGE|DEPLOYED --output FILE.tar\n[--target WHAT] [--force]");
  report->add_option("IMAGE", options.subject, "An image or a deployment")
      ->required()
      ->type_name("oci:LAYOUT[:TAG]|FOLDER");
  report->add_option("--output", options.output, "The file to write")
      ->required()
      ->type_name("FILE.tar");
  add_target(*report, options.target);
  report->add_flag("--force", options.force, "Replace a report that is there");
  report->footer("");
  return report;
}

CLI::App* add_check_command(CLI::App& app, CheckOptions& options) {
  CLI::App* check = add_command(
      app, "check", "Say whether a deployment is whole and can start here; exit code 4: no",
      "DEPLOYED [--mpi] [--launcher 'COMMAND'] [--json]");
  check
      ->add_option("DEPLOYED", options.deployed,
                   "A tree or an image that `specialize` wrote; an image is unpacked once")
      ->required()
      ->type_name("FOLDER|oci:LAYOUT[:TAG]");
  check->add_flag("--mpi", options.mpi,
                  "Try whether two ranks find each other: with the launcher that --launcher or the "
                  "site profile names, else the MPI's own");
  check
      ->add_option("--launcher", options.launcher,
                   "Try whether the ranks that it starts find each other, e.g. 'mpiexec -n 2' "
                   "(default: the site profile's; nothing on a login node or within a rank)")
      ->type_name("'COMMAND'");
  check
      ->add_option_function<unsigned>(
          "--wait", [&options](unsigned seconds) { options.wait = std::chrono::seconds(seconds); },
          "How long to wait for the launcher (default: 60)")
      ->check(CLI::Range(1U, k_longest_wait).description(""))
      ->type_name("SECONDS");
  add_json(*check, options.json);
  check->footer(R"(Looks at the files, the processor, the libraries that programs need with their
versions and symbols, and the GPU that the configuration needs. Runs nothing of
the deployment: a launcher is tried with a program that loads the same MPI.

Examples:
  srun -N1 -p gpu xaas-deploy check /apps/heat
  xaas-deploy check /apps/heat --mpi
  xaas-deploy check /apps/heat --launcher 'srun -N2 -n4'
)");
  return check;
}

}  // namespace xaas
