// SPDX-License-Identifier: Apache-2.0
#include "options.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

namespace xaas {
namespace {

constexpr const char* k_examples = R"(Examples:
  xaas-build plan --source ./heat
  xaas-build ir --source ./heat --output oci:heat
  xaas-build inspect oci:heat
)";

constexpr const char* k_ir_examples =
    R"(Without a build command CMake, Meson, configure and plain Makefiles are
recognized. A build command runs in a copy of the source tree with CC, CXX, CPP,
LD, AR, RANLIB, DESTDIR and PREFIX set; one word is given to `sh -c`. What it
installs below $DESTDIR is the application.

Examples:
  xaas-build ir --source ./heat --output oci:heat
  xaas-build ir --source zstd --output oci:images:zstd -- \
      'make -j$(nproc) && make install PREFIX=$PREFIX DESTDIR=$DESTDIR'
)";

ProductRequest split_product(const std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos) return {.name = text};
  return {.name = text.substr(0, equals), .destination = text.substr(equals + 1)};
}

std::string check_product(const std::string& text) {
  const ProductRequest request = split_product(text);
  if (request.name.empty()) return "`" + text + "` names no file";
  const bool absolute = request.destination.empty() || request.destination.starts_with('/');
  if (absolute && !(request.destination + "/").contains("/../")) return {};
  return "`" + request.destination + "` is not an absolute path in the image";
}

std::string check_environment(const std::string& text) {
  const auto equals = text.find('=');
  return equals != std::string::npos && equals > 0 ? "" : "`" + text + "` is not NAME=value";
}

struct IrArguments {
  std::vector<std::string> products;
  std::string entrypoint;
};

constexpr const char* k_contents = "What the image holds";
constexpr const char* k_building = "How it is built";
constexpr const char* k_configuring = "What it is configured for";
constexpr const char* k_reporting = "What is printed";

void add_content_options(CLI::App& ir, IrOptions& options, IrArguments& arguments) {
  ir.add_option("--product", arguments.products,
                "Install a linked file that no install rule of the project installs; repeatable")
      ->check(check_product)
      ->type_name("NAME[=DEST]")
      ->allow_extra_args(false)
      ->group(k_contents);
  ir.add_option("--include", options.includes,
                "Add a file or folder of this machine, e.g. a library that is opened by name; "
                "repeatable")
      ->type_name("PATH")
      ->allow_extra_args(false)
      ->group(k_contents);
  ir.add_option_function<std::string>(
        "--base",
        [&options](const std::string& text) {
          options.base = text == "empty" ? Base::empty : Base::small;
        },
        "What the image has besides: a shell, base files and certificates (small, default), or "
        "nothing")
      ->check([](const std::string& text) {
        return text == "small" || text == "empty" ? std::string()
                                                  : "`" + text + "` is neither small nor empty";
      })
      ->type_name("small|empty")
      ->group(k_contents);
  ir.add_option("--entrypoint", arguments.entrypoint,
                "What the image runs: words, or a JSON array of them")
      ->type_name("CMD")
      ->group(k_contents);
  ir.add_option("--env", options.environment, "A variable of the image's environment; repeatable")
      ->check(check_environment)
      ->type_name("K=V")
      ->allow_extra_args(false)
      ->group(k_contents);
}

void add_build_options(CLI::App& ir, IrOptions& options) {
  ir.add_option("--baseline", options.baseline,
                "Processor of the generic image (default: x86-64 or armv8-a)")
      ->type_name("CPU")
      ->group(k_building);
  ir.add_option("--isa", options.isas,
                "Processors for which code that asks about them is compiled, too, or none "
                "(default: x86-64-v2,x86-64-v3,x86-64-v4; on arm64 none)")
      ->type_name("CPU[,...]")
      ->group(k_building);
  ir.add_option("--prefix", options.prefix,
                "Where images have the application (default: /usr/local)")
      ->transform([](std::string folder) {
        while (folder.size() > 1 && folder.ends_with('/')) folder.pop_back();
        return folder;
      })
      ->type_name("DIR")
      ->group(k_building);
  ir.add_flag(
        "--fixed-prefix", options.fixed_prefix,
        "Let the build see this prefix, not a placeholder: for builds that do not bear a long "
        "one. Trees then look for their files there, wherever they lie")
      ->group(k_building);
  ir.add_option("-j,--jobs", options.jobs,
                "Parallel jobs (default: the processors this process may use)")
      ->check(CLI::Range(1, 4096).description(""))
      ->type_name("N")
      ->group(k_building);
  ir.add_option("--keep", options.keep, "Work in this folder and leave it there")
      ->type_name("DIR")
      ->group(k_building);
}

void add_configuration_options(CLI::App& command, ConfigurationOptions& options) {
  command
      .add_option("--spec", options.file,
                  "What the application can be configured for (default: xaas.json in the source "
                  "folder, if it is there)")
      ->type_name("FILE")
      ->group(k_configuring);
  command
      .add_option("--set", options.settings,
                  "Only these values of a point of the specialization file; repeatable")
      ->type_name("POINT=VALUE[,...]")
      ->allow_extra_args(false)
      ->group(k_configuring);
  command
      .add_option(
          "--limit", options.limit,
          fmt::format("Refuse more configurations than this (default: {})", k_default_limit))
      ->check(CLI::Range(1, 1000000).description(""))
      ->type_name("N")
      ->group(k_configuring);
}

void add_resuming_options(CLI::App& ir, IrOptions& options) {
  ir.add_flag("--keep-going", options.keep_going,
              "When the build of a configuration fails, pack the others; the exit code is then 7")
      ->group(k_configuring);
  ir.add_flag("--resume", options.resume,
              "Go on in the folder of --keep: what is built there of this source stays")
      ->group(k_configuring);
}

CLI::App* add_ir(CLI::App& app, IrOptions& options, IrArguments& arguments) {
  CLI::App* ir =
      add_command(app, "ir", "Build an application once and pack it as an IR image",
                  "--source DIR --output oci:LAYOUT[:TAG] [OPTIONS]\n[-- BUILD COMMAND...]");
  ir->add_option("--source", options.source, "The application's source tree; only read")
      ->required()
      ->type_name("DIR");
  ir->add_option("--output", options.output,
                 "Where the image goes, or oci-archive:FILE[:TAG]; the tag defaults to latest")
      ->required()
      ->type_name("oci:LAYOUT[:TAG]");
  ir->add_flag("--force", options.force, "Replace an image of the same tag, and a build in --keep");
  add_content_options(*ir, options, arguments);
  add_build_options(*ir, options);
  add_configuration_options(*ir, options.configurations);
  add_resuming_options(*ir, options);
  auto* quiet = ir->add_flag("-q,--quiet", options.quiet, "Print the image's digest alone")
                    ->group(k_reporting);
  ir->add_flag("--json", options.json, "Print the report as one JSON document")
      ->excludes(quiet)
      ->group(k_reporting);
  ir->add_option("--events", options.events, "Append progress to this file, as JSON lines")
      ->type_name("FILE")
      ->group(k_reporting);
  ir->footer(k_ir_examples);
  return ir;
}

void add_inspect(CLI::App& app, InspectOptions& options) {
  CLI::App* inspect =
      add_command(app, "inspect", "Show what an IR image holds", "IMAGE [--why SOURCE|--json]");
  inspect->add_option("IMAGE", options.image, "The image that `xaas-build ir` made")
      ->required()
      ->type_name("oci:LAYOUT[:TAG]");
  auto* why = inspect
                  ->add_option("--why", options.why,
                               "Say why the units of this source are as many as they are")
                  ->type_name("SOURCE");
  inspect->add_flag("--json", options.json, "Print the IR manifest as it is")->excludes(why);
  inspect->footer("");
}

const CLI::App* add_plan(CLI::App& app, BuildPlanOptions& options) {
  CLI::App* plan = add_command(app, "plan", "List the configurations of an application",
                               "--source DIR [OPTIONS]\n[-- BUILD COMMAND...]");
  plan->add_option("--source", options.source, "The application's source tree; only read")
      ->required()
      ->type_name("DIR");
  add_configuration_options(*plan, options.configurations);
  plan->add_option("--keep", options.keep,
                   "The folder of an `ir --keep`: say what is built there, and what the others "
                   "will cost")
      ->type_name("DIR");
  plan->add_flag("--json", options.json, "Print the plan as one JSON document");
  plan->footer("");
  return plan;
}

}  // namespace

BuildCommand parse_options(int argc, const char* const* argv) {
  CLI::App app("Packages an application once, as LLVM bitcode, for deployment anywhere.",
               "xaas-build");
  app.set_version_flag("--version", "xaas-build " XAAS_VERSION " (LLVM " XAAS_LLVM_VERSION ")");
  app.require_subcommand(1);
  app.footer(k_examples);
  style_help(app, "COMMAND [OPTIONS]");
  IrOptions ir_options;
  IrArguments ir_arguments;
  InspectOptions inspect_options;
  BuildPlanOptions plan_options;
  const CLI::App* ir = add_ir(app, ir_options, ir_arguments);
  const CLI::App* plan = add_plan(app, plan_options);
  add_inspect(app, inspect_options);

  std::vector<std::string> arguments(argv + 1, argv + argc);
  ir_options.command = cut_behind_dashes(arguments);
  plan_options.command = ir_options.command;
  if (auto answered = answer_command_line(app, std::move(arguments))) return *std::move(answered);
  if (plan->parsed()) return plan_options;
  if (!ir->parsed()) return inspect_options;
  for (const std::string& product : ir_arguments.products)
    ir_options.products.push_back(split_product(product));
  ir_options.entrypoint = split_entrypoint(ir_arguments.entrypoint);
  return ir_options;
}

}  // namespace xaas
