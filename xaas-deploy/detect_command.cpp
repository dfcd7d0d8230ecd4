// SPDX-License-Identifier: Apache-2.0
#include "commands.hpp"

#include "xaas/support/diagnostics.hpp"
#include "xaas/support/files.hpp"
#include "xaas/support/process.hpp"
#include "xaas/targets/module_environment.hpp"
#include "xaas/targets/target.hpp"

#include <fmt/format.h>

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace xaas {
namespace {

constexpr std::string_view k_begin = "{\n";
constexpr std::string_view k_end = "\n}\n";

/// The descriptions in what a launcher printed, among messages of the day and its own remarks.
std::vector<std::string_view> descriptions_in(std::string_view output) {
  std::vector<std::string_view> found;
  while (true) {
    auto begin = output.find(k_begin);
    while (begin != output.npos && begin != 0 && output[begin - 1] != '\n')
      begin = output.find(k_begin, begin + 1);
    if (begin == output.npos) return found;
    const auto end = output.find(k_end, begin);
    if (end == output.npos) return found;
    found.push_back(output.substr(begin, end + k_end.size() - begin));
    output.remove_prefix(end + k_end.size());
  }
}

Error no_answer(const std::string& via, const std::string& what, const Outcome& outcome) {
  return fail(ErrorKind::tool_failed, "`{}` {}", via, what)
      .with_code("detect.via")
      .with_help(
          outcome.errors.empty()
              ? std::string("this program must be there, at the same path, and be able to run")
              : "it said: " + outcome.errors.substr(0, outcome.errors.find('\n')));
}

/// What this program says of the machine on which the command runs it; nothing is written there.
Result<Target> detect_via(const std::string& via, const std::vector<std::string>& modules) {
  XAAS_TRY(const auto program, own_executable());
  // The shell's, so that quotes and variables in it mean what they mean there.
  std::vector<std::string> argv{"sh", "-c", via + " \"$@\"", "sh", program.string(), "detect"};
  for (const std::string& module : modules) argv.push_back("--module=" + module);
  XAAS_TRY(const Outcome outcome, run({.argv = std::move(argv), .ends_with_us = true}));
  const auto descriptions = descriptions_in(outcome.output);
  if (descriptions.empty()) {
    return no_answer(via,
                     outcome.succeeded() ? std::string("printed no description of a machine")
                                         : fmt::format("ended with {}", outcome.exit_code),
                     outcome);
  }
  XAAS_TRY(auto target,
           while_doing(parse_target(descriptions.front()), "reading what `" + via + "` printed"));
  for (const std::string_view other : descriptions) {
    XAAS_TRY(const auto another, parse_target(other));
    if (another == target) continue;
    return fail(ErrorKind::invalid_input,
                "`{}` ran on {} machines that are not alike, and a description is of one", via,
                descriptions.size())
        .with_code("detect.several-machines")
        .with_help("ask for one node of each kind, e.g. `srun -N1 -n1`");
  }
  return target;
}

Result<Target> detect(const DetectOptions& options) {
  if (!options.via.empty()) return detect_via(options.via, options.modules);
  if (!options.modules.empty()) return detect_with_modules(options.modules);
  return options.root.empty() ? detect_host() : detect_saved(options.root);
}

}  // namespace

Result<int> run_detect_command(const DetectOptions& options) {
  // First: a job that describes a node may wait for hours.
  XAAS_TRY(auto gpus, parse_gpus(options.gpus));
  XAAS_TRY(auto target, detect(options));
  if (!options.gpus.empty()) replace_gpus(target, std::move(gpus));
  if (!options.name.empty()) {
    target.name = options.name;
  } else if (!options.output.empty()) {
    target.name = options.output.stem().string();
  }
  if (options.output.empty()) {
    XAAS_CHECK(print_output(print_target(target)));
  } else {
    XAAS_CHECK(write_file(options.output, print_target(target)));
  }
  return 0;
}

}  // namespace xaas
