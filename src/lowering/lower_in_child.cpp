// SPDX-License-Identifier: Apache-2.0
#include "job_json.hpp"

#include "xaas/support/files.hpp"
#include "xaas/support/process.hpp"

#include <sys/prctl.h>

#include <csignal>
#include <cstring>

namespace xaas {
namespace {

/// The first lines of what the child said, without lld's name before each error.
std::string complaint_of(const Outcome& outcome) {
  constexpr std::size_t k_longest = 4000;
  std::string text = outcome.errors.substr(0, k_longest);
  constexpr std::string_view k_prefix = "ld.lld: error: ";
  for (auto at = text.find(k_prefix); at != std::string::npos; at = text.find(k_prefix, at))
    text.erase(at, k_prefix.size());
  while (text.ends_with('\n')) text.pop_back();
  if (text.empty()) return fmt::format("it ended with {} and said nothing", outcome.exit_code);
  return text;
}

std::string signal_name(int signal) {
  const char* name = sigabbrev_np(signal);
  return name != nullptr ? "SIG" + std::string(name) : fmt::format("signal {}", signal);
}

Error error_of(const LoweringJob& job, const Outcome& outcome) {
  if (outcome.signal == SIGKILL)
    return fail(ErrorKind::tool_failed, "the linker was killed while lowering `{}`", job.name)
        .with_code("lowering.crashed")
        .with_help("the machine may be out of memory: try fewer `--jobs`");
  if (outcome.signal != 0)
    return fail(ErrorKind::tool_failed, "the linker crashed with {} while lowering `{}`",
                signal_name(outcome.signal), job.name)
        .with_code("lowering.crashed");
  return fail(ErrorKind::tool_failed, "the linker could not lower `{}`: {}", job.name,
              complaint_of(outcome))
      .with_code("lowering.failed");
}

}  // namespace

Result<LoweringResult> lower_in_child(const LoweringJob& job, std::string_view lower_command) {
  XAAS_TRY(const std::filesystem::path self, own_executable());
  Command command;
  command.argv = {self.string(), std::string(lower_command)};
  command.input = print_job(job);
  // Nobody would take the child's result any more.
  command.in_child = []() -> Status {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    return {};
  };
  XAAS_TRY(const Outcome outcome, run(command));
  if (!outcome.succeeded()) {
    remove_stale_temporaries(std::filesystem::path(job.output).parent_path());
    return error_of(job, outcome);
  }
  auto result = parse_result(outcome.output);
  if (!result)
    return std::move(result.error()).while_doing("reading what the linker's process printed");
  return std::move(*result);
}

}  // namespace xaas
