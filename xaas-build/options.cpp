// SPDX-License-Identifier: Apache-2.0
#include "options.hpp"

#include "xaas/support/diagnostics.hpp"
#include "xaas/support/json.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace xaas {
namespace {

constexpr const char* k_ir_examples = R"(
Examples:
  xaas-build ir --source ./heat --output oci:heat
  xaas-build ir --source zstd --output oci:images:zstd -- \
      'make -j$(nproc) && make install PREFIX=$PREFIX DESTDIR=$DESTDIR'

Without a build command CMake, Meson, configure and plain Makefiles are
recognized. A build command runs in a copy of the source tree with CC, CXX, CPP,
LD, AR, RANLIB, DESTDIR and PREFIX set; one word is given to `sh -c`. What it
installs below $DESTDIR is the application.
)";

/// `["a","b c"]` as JSON, anything else split at blanks.
std::vector<std::string> split_entrypoint(const std::string& text) {
  if (text.starts_with('[')) {
    if (const auto json = parse_json(text); json && json->is_array()) {
      std::vector<std::string> words;
      for (const Json& word : *json)
        words.push_back(word.is_string() ? word.get<std::string>() : word.dump());
      return words;
    }
  }
  std::istringstream stream(text);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

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

CLI::App* add_ir(CLI::App& app, IrOptions& options, IrArguments& arguments) {
  CLI::App* ir = app.add_subcommand("ir", "Build an application once and pack it as an IR image");
  ir->add_option("--source", options.source, "The application's source folder")
      ->required()
      ->type_name("DIR");
  ir->add_option("--output", options.output, "Where the image goes; the tag defaults to latest")
      ->required()
      ->type_name("oci:LAYOUT[:TAG]");
  ir->add_option("-j,--jobs", options.jobs, "Parallel jobs (default: what this process may use)")
      ->check(CLI::Range(1, 4096))
      ->type_name("N");
  ir->add_option("--baseline", options.baseline,
                 "Processor of the generic image (default: x86-64, armv8-a)")
      ->type_name("CPU");
  ir->add_option("--product", arguments.products,
                 "Install a linked file that no rule installs; repeatable")
      ->check(check_product)
      ->type_name("NAME[=DEST]")
      ->allow_extra_args(false);
  ir->add_option("--entrypoint", arguments.entrypoint,
                 "What the image runs: words, or a JSON array")
      ->type_name("CMD");
  ir->add_option("--env", options.environment, "Environment of the image; repeatable")
      ->check(check_environment)
      ->type_name("K=V")
      ->allow_extra_args(false);
  ir->add_option("--include", options.includes,
                 "Add a file or folder of this machine, e.g. a library opened by name; repeatable")
      ->type_name("PATH")
      ->allow_extra_args(false);
  ir->add_option("--keep", options.keep, "Work in this folder and leave it there")
      ->type_name("DIR");
  ir->add_option("--events", options.events, "Write progress as JSON lines")->type_name("FILE");
  ir->add_flag("--force", options.force, "Replace an image of the same tag");
  auto* quiet = ir->add_flag("-q,--quiet", options.quiet, "Print the image's digest alone");
  ir->add_flag("--json", options.json, "Print the report as one JSON document")->excludes(quiet);
  ir->footer(k_ir_examples);
  ir->positionals_at_end(false);
  return ir;
}

CLI::App* add_inspect(CLI::App& app, InspectOptions& options) {
  CLI::App* inspect = app.add_subcommand("inspect", "Show what an IR image holds");
  inspect->add_option("image", options.image, "The image")
      ->required()
      ->type_name("oci:LAYOUT[:TAG]");
  inspect->add_flag("--json", options.json, "Print the IR manifest as it is");
  return inspect;
}

/// What stands behind the first `--` is the user's build command, whatever it looks like.
std::vector<std::string> cut_build_command(std::vector<std::string>& arguments) {
  const auto dashes = std::ranges::find(arguments, "--");
  if (dashes == arguments.end()) return {};
  std::vector<std::string> command(dashes + 1, arguments.end());
  arguments.erase(dashes, arguments.end());
  return command;
}

}  // namespace

BuildCommand parse_options(int argc, const char* const* argv) {
  CLI::App app("Packages an application once, as LLVM bitcode, for deployment anywhere.",
               "xaas-build");
  app.set_version_flag("--version", "xaas-build " XAAS_VERSION " (LLVM " XAAS_LLVM_VERSION ")");
  app.require_subcommand(1);
  IrOptions ir_options;
  IrArguments ir_arguments;
  InspectOptions inspect_options;
  const CLI::App* ir = add_ir(app, ir_options, ir_arguments);
  add_inspect(app, inspect_options);

  std::vector<std::string> arguments(argv + 1, argv + argc);
  ir_options.command = cut_build_command(arguments);
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
  if (!ir->parsed()) return inspect_options;
  for (const std::string& product : ir_arguments.products)
    ir_options.products.push_back(split_product(product));
  ir_options.entrypoint = split_entrypoint(ir_arguments.entrypoint);
  return ir_options;
}

}  // namespace xaas
