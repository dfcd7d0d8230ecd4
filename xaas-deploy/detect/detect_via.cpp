// SPDX-License-Identifier: Apache-2.0
#include "detect/detect_via.hpp"

#include "xaas/support/diagnostics.hpp"
#include "xaas/support/process.hpp"
#include "xaas/support/text.hpp"

#include <fmt/format.h>

#include <csignal>
#include <string_view>
#include <utility>

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

Error no_answer(const Launcher& launcher, const Outcome& outcome) {
  const auto& called = launcher.called.empty() ? launcher.command : launcher.called;
  const auto said =
      outcome.errors.empty() ? "" : fmt::format("it said: {}", first_line(outcome.errors));
  if (outcome.timed_out) {
    using std::chrono::duration;
    return fail(ErrorKind::tool_failed, "`{}` did not come to an end within {} s", called,
                duration<double>(*launcher.time_limit).count())
        .with_code("detect.via")
        .with_help(said);
  }
  // A shell tells of its child's signal by the code.
  if (outcome.exit_code == 128 + SIGINT || outcome.exit_code == 128 + SIGTERM)
    return fail(ErrorKind::tool_failed, "`{}` was stopped", called).with_code("detect.stopped");
  return fail(ErrorKind::tool_failed, "`{}` {}", called,
              outcome.succeeded() ? "printed no description of a machine"
                                  : fmt::format("ended with {}", outcome.exit_code))
      .with_code("detect.via")
      .with_help(said.empty() ? "this program must be there, at the same path, and be able to run"
                              : said);
}

}  // namespace

Result<Target> detect_via(const Launcher& launcher) {
  const std::string& via = launcher.command;
  XAAS_TRY(const auto program, own_executable());
  // The shell's, so that quotes and variables in it mean what they mean there.
  std::vector<std::string> argv{"sh", "-c", via + " \"$@\"", "sh", program.string(), "detect"};
  for (const std::string& module : launcher.modules) argv.push_back("--module=" + module);
  XAAS_TRY(const Outcome outcome, run({.argv = std::move(argv),
                                       .unset = launcher.unset,
                                       .time_limit = launcher.time_limit,
                                       .ends_with_us = true}));
  const auto descriptions = descriptions_in(outcome.output);
  if (descriptions.empty()) return no_answer(launcher, outcome);
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

}  // namespace xaas
