// SPDX-License-Identifier: Apache-2.0
#include "options.hpp"

#include "doctor_options.hpp"
#include "gpu_option.hpp"

#include <CLI/CLI.hpp>

#include <filesystem>
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

constexpr const char* k_specialize_examples = R"(Examples:
  xaas-deploy specialize oci:heat --output tree:heat-here
  xaas-deploy specialize oci:heat --output oci:heat:znver4 --target znver4
  xaas-deploy specialize oci:heat --output tree:/apps/heat \
      --target x86-64-v3,znver4,sapphirerapids
  xaas-deploy specialize oci-archive:heat.tar --output sif:heat.sif
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

constexpr const char* k_commands = "Commands";
constexpr const char* k_reporting = "What is printed";

std::string check_lto(const std::string& text) {
  return text == "thin" || text == "full" ? "" : "`" + text + "` is neither thin nor full";
}

std::string check_numerics(const std::string& text) {
  return text == "native" || text == "generic" ? ""
                                               : "`" + text + "` is neither native nor generic";
}

/// Trees are named as they were written, `tree:FOLDER`, or by the folder.
std::string without_form(const std::string& tree) {
  return tree.starts_with("tree:") ? tree.substr(5) : tree;
}

/// As completion writes folders.
std::string without_last_slash(std::string folder) {
  while (folder.size() > 1 && folder.ends_with('/')) folder.pop_back();
  return folder;
}

/// What others read in a folder of their own.
std::string as_absolute(const std::string& folder) {
  std::error_code error;
  return without_last_slash(std::filesystem::absolute(folder, error).lexically_normal().string());
}

std::string check_c_library(const std::string& text) {
  return text == "host" || text == "image" ? "" : "`" + text + "` is neither host nor image";
}

void add_target(CLI::App& app, SpecializeOptions& options) {
  app.add_option("IMAGE", options.image,
                 "The image that `xaas-build ir` made; oci-archive:FILE[:TAG] if it is in a file")
      ->required()
      ->type_name("oci:LAYOUT[:TAG]");
  app.add_option("--target", options.targets,
                 "This machine (default), a description's file or name (`target list`), or a "
                 "processor's name, e.g. znver4; several for a deployment in which each machine "
                 "finds its own")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("host|FILE|NAME[,...]");
  add_gpu_option(app, options.gpus);
  app.add_option("--set", options.settings,
                 "Only configurations with one of these values; repeatable. `plan --why` lists the "
                 "configurations that an image holds")
      ->allow_extra_args(false)
      ->type_name("POINT=VALUE[,...]");
  app.add_option_function<std::string>(
         "--lto",
         [&options](const std::string& text) {
           options.plan.lto = text == "full" ? LtoMode::full : LtoMode::thin;
         },
         "How far optimization looks across units (default: thin)")
      ->check(check_lto)
      ->type_name("thin|full");
  app.add_option_function<std::string>(
         "--c-library",
         [&options](const std::string& text) {
           options.plan.tree_c_library = text == "image" ? CLibrary::image : CLibrary::host;
         },
         "Whose loader and C library a tree's programs run with (default: the newer)")
      ->check(check_c_library)
      ->type_name("host|image");
  app.add_option_function<std::string>(
         "--numerics",
         [&options](const std::string& text) {
           options.plan.numerics = text == "generic" ? NumericsMode::generic : NumericsMode::native;
         },
         "What programs compute: what clang -march=native would make of them (native, default), "
         "or the generic image's results, bit for bit (generic)")
      ->check(check_numerics)
      ->type_name("native|generic");
}

CLI::App* add_plan(CLI::App& app, SpecializeOptions& options) {
  CLI::App* plan = app.add_subcommand("plan", "Say what would be done, and why; change nothing")
                       ->group(k_commands);
  style_help(*plan, "IMAGE [OPTIONS]");
  add_target(*plan, options);
  plan->add_flag("--why", options.why,
                 "Say why this configuration is deployed, and why no other one");
  plan->add_flag("--json", options.json, "Print the plan as one JSON document");
  plan->footer("");
  return plan;
}

void add_lowering_options(CLI::App& specialize, SpecializeOptions& options) {
  constexpr const char* k_work = "How it is done";
  auto* cache = specialize
                    .add_option("--cache", options.cache,
                                "Keep compiled pieces and verdicts for next time here (default: "
                                "$XAAS_CACHE, the site profile's, ~/.cache/xaas)")
                    ->type_name("DIR")
                    ->group(k_work);
  specialize.add_flag("!--no-cache", options.use_cache, "Use no cache")
      ->excludes(cache)
      ->group(k_work);
  specialize
      .add_option("-j,--jobs", options.jobs,
                  "Parallel jobs (default: the processors this process may use)")
      ->check(CLI::Range(1, 4096).description(""))
      ->type_name("N")
      ->group(k_work);
  specialize
      .add_flag("--frame-pointers", options.frame_pointers,
                "Keep frame pointers in every function, for profilers that unwind by them")
      ->group(k_work);
  auto* debug = specialize
                    .add_flag("--debug", options.debug,
                              "Add debug information; the code stays the same, byte for byte")
                    ->group(k_work);
  specialize
      .add_option("--source", options.source,
                  "The folder in which debuggers find the source (default: /xaas/source)")
      ->needs(debug)
      ->transform(as_absolute)
      ->type_name("DIR")
      ->group(k_work);
  specialize.add_option("--save-temps", options.save_temps, "Leave LLVM's intermediate files here")
      ->type_name("DIR")
      ->group(k_work);
}

CLI::App* add_specialize(CLI::App& app, SpecializeOptions& options) {
  CLI::App* specialize =
      app.add_subcommand("specialize", "Lower an image for a processor and install it")
          ->group(k_commands);
  style_help(*specialize, "IMAGE --output FORM:PLACE [OPTIONS]");
  add_target(*specialize, options);
  specialize
      ->add_option("--output", options.output,
                   "tree:FOLDER, a folder that works in place; oci:LAYOUT[:TAG] or "
                   "oci-archive:FILE[:TAG], an image; sqsh:FILE or sif:FILE, a root file system "
                   "that Apptainer and others start")
      ->required()
      ->type_name("FORM:PLACE");
  specialize
      ->add_option("--prefix", options.prefix,
                   "Where a tree will lie when its programs run (default: FOLDER)")
      ->transform(without_last_slash)
      ->type_name("DIR");
  specialize->add_flag("--force", options.force, "Replace a deployment or tag that is there");
  add_lowering_options(*specialize, options);
  auto* quiet =
      specialize->add_flag("-q,--quiet", options.quiet, "Print nothing but warnings and errors")
          ->group(k_reporting);
  specialize->add_flag("--json", options.json, "Print the record as one JSON document")
      ->excludes(quiet)
      ->group(k_reporting);
  specialize->add_option("--events", options.events, "Append progress to this file, as JSON lines")
      ->type_name("FILE")
      ->group(k_reporting);
  specialize->footer(k_specialize_examples);
  return specialize;
}

CLI::App* add_detect(CLI::App& app, DetectOptions& options) {
  CLI::App* detect =
      app.add_subcommand("detect", "Describe a machine as a target, in JSON: this one or another")
          ->group(k_commands);
  style_help(*detect, "[--via COMMAND|--root DIR|--slurm] [--output FILE]");
  detect->add_option("--output", options.output, "Write it here instead of printing it")
      ->type_name("FILE");
  detect
      ->add_option("--name", options.name,
                   "What the machine is called (default: as the output file, or host)")
      ->type_name("NAME");
  auto* via = detect
                  ->add_option("--via", options.via,
                               "Describe the machine on which this command runs what follows it: "
                               "'srun -N1 -p gpu', 'ssh node7'")
                  ->type_name("COMMAND");
  auto* root = detect
                   ->add_option("--root", options.root,
                                "Describe the machine whose /proc, /sys and /etc were saved in "
                                "this folder")
                   ->type_name("DIR")
                   ->excludes(via);
  detect
      ->add_option("--module", options.modules,
                   "Describe it for jobs that `module load` this; repeatable")
      ->allow_extra_args(false)
      ->type_name("NAME")
      ->excludes(root);
  add_gpu_option(*detect, options.gpus);
  detect
      ->add_option("--request", options.request,
                   "Note that these options of the scheduler lead to such a machine: '-p gpu'")
      ->type_name("'OPTIONS'");
  add_slurm_options(*detect, options.slurm);
  detect->footer(R"(Programs run on compute nodes; what a login node is says little about them.

Examples:
  xaas-deploy detect --slurm
  xaas-deploy detect --via 'srun -N1 -p gpu' --output gpu.json
  xaas-deploy specialize oci:images:heat --target gpu.json --output tree:heat
)");
  return detect;
}

CLI::App* add_run(CLI::App& app, RunOptions& options, std::optional<std::string>& entrypoint) {
  CLI::App* command = app.add_subcommand("run", "Run a deployment")->group(k_commands);
  style_help(*command, "DEPLOYED [--entrypoint CMD] [-- ARGUMENTS...]");
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
  CLI::App* compare = app.add_subcommand("compare", "Measure two deployments against each other")
                          ->group(k_commands);
  style_help(*compare, "A [B] [OPTIONS]");
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
  compare->add_flag("--json", options.json, "Print one JSON document")->group(k_reporting);
  compare->footer(k_compare_examples);
}

CLI::App* add_relocate(CLI::App& app, RelocateOptions& options) {
  CLI::App* relocate =
      app.add_subcommand("relocate", "Let a tree that was moved find its files again")
          ->group(k_commands);
  style_help(*relocate, "TREE [--prefix DIR]");
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
      app.add_subcommand("identify", "Say which deployment a program, library or core file is of")
          ->group(k_commands);
  style_help(*identify, "FILE [--json]");
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
  const CLI::App* detect = add_detect(app, detect_options);
  const CLI::App* plan = add_plan(app, plan_options.options);
  const CLI::App* specialize = add_specialize(app, specialize_options);
  std::optional<std::string> entrypoint;
  const CLI::App* run = add_run(app, run_options, entrypoint);
  add_compare(app, compare_options);
  IdentifyOptions identify_options;
  const CLI::App* identify = add_identify(app, identify_options);
  RelocateOptions relocate_options;
  const CLI::App* relocate = add_relocate(app, relocate_options);
  CheckOptions check_options;
  const CLI::App* check = add_check_command(app, check_options);

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
  if (doctor->parsed()) return doctor_options;
  if (why_not->parsed()) return why_not_options;
  if (explain->parsed()) return explain_options;
  if (report->parsed()) return report_options;
  if (cache->parsed()) return cache_options;
  if (target->parsed()) return target_options;
  return compare_options;
}

}  // namespace xaas
