// SPDX-License-Identifier: Apache-2.0
#include "options.hpp"

#include "doctor/doctor_options.hpp"

#include <CLI/CLI.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace xaas {
namespace {

constexpr const char* k_examples = R"(Examples:
  xaas-deploy plan oci:heat
  xaas-deploy specialize oci:heat --output tree:heat-here
  xaas-deploy run heat-here -- --steps 100
  xaas-deploy compare heat-here oci:heat
)";

constexpr const char* k_compare_examples =
    R"(Both run alternately, pinned to the same processors, after a warm-up.

Examples:
  xaas-deploy compare heat-here oci:heat
  xaas-deploy compare heat-here ./heat-native --at-least 0.9
  xaas-deploy compare zstd-here oci:zstd --run 'zstd -b3 -i1 data' \
      --metric '([0-9.]+) MB/s'
  xaas-deploy compare solver-here oci:solver --numerics result.txt --rtol 1e-12
)";

/// Trees are named as they were written, `tree:FOLDER`, or by the folder.
std::string without_form(const std::string& tree) {
  return tree.starts_with("tree:") ? tree.substr(5) : tree;
}

CLI::App* add_run(CLI::App& app, RunOptions& options, std::optional<std::string>& entrypoint) {
  CLI::App* command =
      add_command(app, "run", "Run a deployment", "DEPLOYED [--entrypoint CMD] [-- ARGUMENTS...]");
  command
      ->add_option(
          "DEPLOYED", options.deployed,
          "A tree is run in place, an image (also oci-archive:FILE[:TAG]) is unpacked once in "
          "a private folder")
      ->required()
      ->type_name("FOLDER|oci:LAYOUT[:TAG]");
  command
      ->add_option(
          "--entrypoint", entrypoint,
          "Run this program of it instead: words, or a JSON array of them; '' for none, so "
          "that ARGUMENTS begin with the program")
      ->type_name("CMD");
  command->footer(
      "What stands behind -- goes to the program, and its exit code is this command's.");
  return command;
}

void add_measure_options(CLI::App& compare, CompareOptions& options) {
  constexpr const char* k_measuring = "What is measured";
  compare
      .add_option("--run", options.command,
                  "Shell line to run, with the programs of each in PATH (default: the program "
                  "that it is made to run)")
      ->type_name("'COMMAND'")
      ->group(k_measuring);
  compare
      .add_option("--metric", options.metric,
                  "Take the figure that this expression's group finds in the output (default: "
                  "wall time)")
      ->type_name("REGEX")
      ->group(k_measuring);
  compare
      .add_flag("--lower", options.lower_is_better,
                "Less of the metric is better (default: more of it)")
      ->group(k_measuring);
  compare.add_option("--repeat", options.repeat, "Pairs of runs (default: 10)")
      ->check(CLI::Range(1, 10000).description(""))
      ->type_name("N")
      ->group(k_measuring);
  compare.add_option("--cpus", options.processors, "Pin both to these processors, e.g. 0,1")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("LIST")
      ->group(k_measuring);
}

void add_number_options(CLI::App& compare, CompareOptions& options) {
  constexpr const char* k_numbers = "Results instead of speed; beyond a bound the exit code is 6";
  auto* numerics = compare
                       .add_option("--numerics", options.numerics,
                                   "Run each once, and compare the numbers that they write there")
                       ->type_name("FILE|stdout")
                       ->group(k_numbers);
  for (const char* other : {"--metric", "--repeat", "--cpus", "--at-least", "--same-output"})
    numerics->excludes(compare.get_option(other));
  compare.add_option("--ulp", options.bounds.ulp, "No more than N doubles lie between two numbers")
      ->needs(numerics)
      ->type_name("N")
      ->group(k_numbers);
  compare
      .add_option("--rtol", options.bounds.relative,
                  "No two numbers differ by more than X times the larger")
      ->needs(numerics)
      ->check(CLI::NonNegativeNumber.description(""))
      ->type_name("X")
      ->group(k_numbers);
}

void add_compare(CLI::App& app, CompareOptions& options) {
  CLI::App* compare =
      add_command(app, "compare", "Measure two deployments against each other", "A [B] [OPTIONS]");
  compare->add_option("A", options.a, "A tree, an image or a program")->required()->type_name("");
  compare
      ->add_option("B", options.b, "Another one (default: the generic image that A was made from)")
      ->type_name("");
  add_measure_options(*compare, options);
  constexpr const char* k_demands = "What must hold, or else the exit code is 4";
  compare->add_option("--at-least", options.at_least, "A is surely this many times as fast as B")
      ->check(CLI::PositiveNumber.description(""))
      ->type_name("RATIO")
      ->group(k_demands);
  compare->add_flag("--same-output", options.same_output, "Both print the same")->group(k_demands);
  add_number_options(*compare, options);
  compare->add_flag("--json", options.json, "Print one JSON document")->group("What is printed");
  compare->footer(k_compare_examples);
}

CLI::App* add_relocate(CLI::App& app, RelocateOptions& options) {
  CLI::App* relocate = add_command(
      app, "relocate", "Let a tree that was moved find its files again", "TREE [--prefix DIR]");
  relocate->add_option("TREE", options.tree, "A folder that `specialize` wrote")
      ->required()
      ->transform(without_form)
      ->type_name("");
  relocate
      ->add_option("--prefix", options.prefix,
                   "Where it will lie when its programs run (default: where it lies now)")
      ->type_name("DIR");
  relocate->footer("");
  return relocate;
}

CLI::App* add_identify(CLI::App& app, IdentifyOptions& options) {
  CLI::App* identify =
      add_command(app, "identify", "Say which deployment a program, library or core file is of",
                  "FILE [--json]");
  identify
      ->add_option("FILE", options.file,
                   "Of a core file: the program and every library of ours that it had loaded")
      ->required()
      ->type_name("");
  identify->add_flag("--json", options.json, "Print one JSON document");
  identify->footer("");
  return identify;
}

}  // namespace

DeployCommand parse_options(int argc, const char* const* argv) {
  std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments == std::vector<std::string>{k_lower_command}) return LowerOneLink{};

  CLI::App app("Brings a packaged application to a machine, specialized for it.", "xaas-deploy");
  app.set_version_flag("--version", "xaas-deploy " XAAS_VERSION " (LLVM " XAAS_LLVM_VERSION ")");
  app.require_subcommand(1);
  app.footer(k_examples);
  style_help(app, "COMMAND [OPTIONS]");
  DetectOptions detect_options;
  PlanCommand plan_options;
  SpecializeOptions specialize_options;
  RunOptions run_options;
  CompareOptions compare_options;
  const CLI::App* detect = add_detect_command(app, detect_options);
  const CLI::App* plan = add_plan_command(app, plan_options.options);
  const CLI::App* specialize = add_specialize_command(app, specialize_options);
  std::optional<std::string> entrypoint;
  const CLI::App* run = add_run(app, run_options, entrypoint);
  add_compare(app, compare_options);
  IdentifyOptions identify_options;
  const CLI::App* identify = add_identify(app, identify_options);
  RelocateOptions relocate_options;
  const CLI::App* relocate = add_relocate(app, relocate_options);
  CheckOptions check_options;
  const CLI::App* check = add_check_command(app, check_options);
  ExportOptions export_options;
  const CLI::App* exporting = add_export_command(app, export_options);
  ListOptions list_options;
  const CLI::App* list = add_list_command(app, list_options);
  RefreshOptions refresh_options;
  const CLI::App* refresh = add_refresh_command(app, refresh_options);
  RollbackOptions rollback_options;
  const CLI::App* rollback = add_rollback_command(app, rollback_options);

  DoctorOptions doctor_options;
  const CLI::App* doctor = add_doctor_command(app, doctor_options);
  WhyNotOptions why_not_options;
  const CLI::App* why_not = add_why_not_command(app, why_not_options);
  ExplainOptions explain_options;
  const CLI::App* explain = add_explain_command(app, explain_options);
  ReportOptions report_options;
  const CLI::App* report = add_report_command(app, report_options);
  CacheOptions cache_options;
  const CLI::App* cache = add_cache_command(app, cache_options);
  TargetOptions target_options;
  const CLI::App* target = add_target_command(app, target_options);
  InterfaceOptions interface_options;
  const CLI::App* interface = add_interface_command(app, interface_options);

  run_options.arguments = cut_behind_dashes(arguments);
  if (auto answered = answer_command_line(app, std::move(arguments))) return *std::move(answered);
  if (detect->parsed()) return detect_options;
  if (plan->parsed()) return plan_options;
  if (specialize->parsed()) return specialize_options;
  if (entrypoint) run_options.entrypoint = split_entrypoint(*entrypoint);
  if (run->parsed()) return run_options;
  if (identify->parsed()) return identify_options;
  if (relocate->parsed()) return relocate_options;
  if (check->parsed()) return check_options;
  if (exporting->parsed()) return export_options;
  if (list->parsed()) return list_options;
  if (refresh->parsed()) return refresh_options;
  if (rollback->parsed()) return rollback_options;
  if (doctor->parsed()) return doctor_options;
  if (why_not->parsed()) return why_not_options;
  if (explain->parsed()) return explain_options;
  if (report->parsed()) return report_options;
  if (cache->parsed()) return cache_options;
  if (target->parsed()) return target_options;
  if (interface->parsed()) return interface_options;
  return compare_options;
}

}  // namespace xaas
