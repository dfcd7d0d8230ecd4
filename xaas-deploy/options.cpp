// SPDX-License-Identifier: Apache-2.0
#include "options.hpp"

#include "xaas/support/diagnostics.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace xaas {
namespace {

constexpr const char* k_examples = R"(
Examples:
  xaas-deploy plan oci:heat
  xaas-deploy specialize oci:heat --output tree:heat-here
  xaas-deploy run heat-here -- --steps 100
  xaas-deploy compare heat-here oci:heat
)";

constexpr const char* k_target_help = "host, a description file, or a processor such as znver4";

void add_target(CLI::App& app, SpecializeOptions& options) {
  app.add_option("image", options.image, "The image that `xaas-build ir` made")
      ->required()
      ->type_name("oci:LAYOUT[:TAG]");
  app.add_option("--target", options.target, k_target_help)->type_name("host|FILE|CPU");
  const std::map<std::string, LtoMode> modes{{"thin", LtoMode::thin}, {"full", LtoMode::full}};
  app.add_option("--lto", options.lto, "Link-time optimization: thin (default) or full")
      ->transform(CLI::CheckedTransformer(modes, CLI::ignore_case))
      ->type_name("thin|full")
      ->default_str("thin");
}

CLI::App* add_plan(CLI::App& app, SpecializeOptions& options) {
  CLI::App* plan = app.add_subcommand("plan", "Say what would be done, and why; change nothing");
  add_target(*plan, options);
  plan->add_flag("--json", options.json, "Print the plan as one JSON document");
  return plan;
}

CLI::App* add_specialize(CLI::App& app, SpecializeOptions& options) {
  CLI::App* specialize =
      app.add_subcommand("specialize", "Lower an image for a processor and install it");
  add_target(*specialize, options);
  specialize->add_option("--output", options.output, "A folder, or an image layout")
      ->required()
      ->type_name("tree:FOLDER|oci:LAYOUT[:TAG]");
  auto* cache = specialize
                    ->add_option("--cache", options.cache,
                                 "Cache folder (default: XAAS_CACHE, else the user's)")
                    ->type_name("DIR");
  specialize->add_flag("!--no-cache", options.use_cache, "Use no cache")->excludes(cache);
  specialize
      ->add_option("-j,--jobs", options.jobs, "Parallel jobs (default: what this process may use)")
      ->check(CLI::Range(1, 4096))
      ->type_name("N");
  specialize->add_option("--save-temps", options.save_temps, "Keep LLVM's intermediate files here")
      ->type_name("DIR");
  specialize->add_option("--events", options.events, "Write progress as JSON lines")
      ->type_name("FILE");
  specialize->add_flag("--force", options.force, "Replace a deployment or tag that is there");
  auto* quiet = specialize->add_flag("-q,--quiet", options.quiet, "Print nothing but errors");
  specialize->add_flag("--json", options.json, "Print the record as one JSON document")
      ->excludes(quiet);
  return specialize;
}

CLI::App* add_detect(CLI::App& app, DetectOptions& options) {
  CLI::App* detect = app.add_subcommand("detect", "Describe this machine as a target");
  detect->add_option("--output", options.output, "Write it here instead of printing it")
      ->type_name("FILE");
  return detect;
}

CLI::App* add_run(CLI::App& app, RunOptions& options) {
  CLI::App* command = app.add_subcommand("run", "Run a deployment");
  command->add_option("deployed", options.deployed, "A tree, or an image")
      ->required()
      ->type_name("FOLDER|oci:LAYOUT[:TAG]");
  command->footer("\nWhat stands behind -- goes to the program.");
  return command;
}

CLI::App* add_compare(CLI::App& app, CompareOptions& options) {
  CLI::App* compare = app.add_subcommand("compare", "Measure two deployments against each other");
  compare->add_option("a", options.a, "A tree, an image or a program")->required()->type_name("A");
  compare
      ->add_option("b", options.b, "Another one (default: the generic image that A was made from)")
      ->type_name("B");
  compare
      ->add_option("--run", options.command,
                   "Shell line to run with the deployment's programs in PATH")
      ->type_name("'COMMAND'");
  compare
      ->add_option("--metric", options.metric,
                   "Measure what the group of this expression finds in the output")
      ->type_name("REGEX");
  compare->add_flag("--lower", options.lower_is_better,
                    "A smaller metric is better (default: a larger one)");
  compare->add_option("--repeat", options.repeat, "Pairs of runs")
      ->check(CLI::Range(1, 10000))
      ->type_name("N")
      ->capture_default_str();
  compare->add_option("--cpus", options.processors, "Pin both to these processors, e.g. 0,1")
      ->delimiter(',');
  compare
      ->add_option("--at-least", options.at_least, "Fail unless A is surely this much as fast as B")
      ->check(CLI::PositiveNumber)
      ->type_name("RATIO");
  compare->add_flag("--same-output", options.same_output, "Fail when the outputs differ");
  compare->add_flag("--json", options.json, "Print one JSON document");
  return compare;
}

std::vector<std::string> cut_program_arguments(std::vector<std::string>& arguments) {
  const auto dashes = std::ranges::find(arguments, "--");
  if (dashes == arguments.end()) return {};
  std::vector<std::string> rest(dashes + 1, arguments.end());
  arguments.erase(dashes, arguments.end());
  return rest;
}

}  // namespace

DeployCommand parse_options(int argc, const char* const* argv) {
  std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments == std::vector<std::string>{k_lower_command}) return LowerOneLink{};

  CLI::App app("Brings a packaged application to a machine, specialized for it.", "xaas-deploy");
  app.set_version_flag("--version", "xaas-deploy " XAAS_VERSION " (LLVM " XAAS_LLVM_VERSION ")");
  app.require_subcommand(1);
  app.footer(k_examples);
  DetectOptions detect_options;
  PlanOptions plan_options;
  SpecializeOptions specialize_options;
  RunOptions run_options;
  CompareOptions compare_options;
  const CLI::App* detect = add_detect(app, detect_options);
  const CLI::App* plan = add_plan(app, plan_options.options);
  const CLI::App* specialize = add_specialize(app, specialize_options);
  const CLI::App* run = add_run(app, run_options);
  add_compare(app, compare_options);

  run_options.arguments = cut_program_arguments(arguments);
  std::ranges::reverse(arguments);  // CLI11 takes them from the back
  try {
    app.parse(std::move(arguments));
  } catch (const CLI::ParseError& error) {
    std::ostringstream output;
    std::ostringstream errors;
    const int code = app.exit(error, output, errors);
    return Answered{
        .output = output.str(), .errors = errors.str(), .exit_code = code == 0 ? 0 : k_exit_usage};
  }
  if (detect->parsed()) return detect_options;
  if (plan->parsed()) return plan_options;
  if (specialize->parsed()) return specialize_options;
  if (run->parsed()) return run_options;
  return compare_options;
}

}  // namespace xaas
