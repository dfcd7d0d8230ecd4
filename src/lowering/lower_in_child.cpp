// SPDX-License-Identifier: Apache-2.0
#include "job_json.hpp"

#include "xaas/support/diagnostics.hpp"
#include "xaas/support/files.hpp"
#include "xaas/support/process.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
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

/// What it said first, without the name of this program before it and the code behind it.
std::string first_complaint_of(const Outcome& outcome) {
  std::string text = complaint_of(outcome);
  text.resize(std::min(text.find('\n'), text.size()));
  constexpr std::string_view k_prefix = "xaas-deploy: error: ";
  if (text.starts_with(k_prefix)) text.erase(0, k_prefix.size());
  if (text.ends_with(']')) text.resize(std::min(text.rfind(" ["), text.size()));
  return text;
}

std::string signal_name(int signal) {
  const char* name = sigabbrev_np(signal);
  return name != nullptr ? "SIG" + std::string(name) : fmt::format("signal {}", signal);
}

/// Whether what happened is what happens where there is no more memory: allocations fail, threads
/// do not start, the loader finds no room, or nobody checked.
bool may_lack_memory(const Outcome& outcome) {
  if (outcome.signal != 0) return true;
  constexpr auto k_signs = std::to_array<std::string_view>(
      {"out of memory", "not enough memory", "bad_alloc", "annot allocate memory", "cannot map",
       "failed to map", "pthread_create", "Resource temporarily unavailable"});
  return std::ranges::any_of(k_signs,
                             [&](std::string_view sign) { return outcome.errors.contains(sign); });
}

Error memory_error(const LoweringJob& job, const Outcome& outcome, const LoweringLimits& limits) {
  return fail(ErrorKind::tool_failed, "`{}` could not be lowered with {} of memory: {}", job.name,
              human_bytes(limits.memory),
              outcome.signal != 0 ? "the linker crashed with " + signal_name(outcome.signal)
                                  : first_complaint_of(outcome))
      .with_code("lowering.memory")
      .with_help(limits.reason);
}

Error error_of(const LoweringJob& job, const Outcome& outcome, const LoweringLimits& limits) {
  if (limits.memory != 0 && may_lack_memory(outcome)) return memory_error(job, outcome, limits);
  if (outcome.signal == SIGKILL) {
    return fail(ErrorKind::tool_failed, "the linker was killed while lowering `{}`", job.name)
        .with_code("lowering.crashed")
        .with_help("the machine may be out of memory: try fewer `--jobs`");
  }
  if (outcome.signal != 0) {
    return fail(ErrorKind::tool_failed, "the linker crashed with {} while lowering `{}`",
                signal_name(outcome.signal), job.name)
        .with_code("lowering.crashed");
  }
  return fail(ErrorKind::tool_failed, "the linker could not lower `{}`: {}", job.name,
              complaint_of(outcome))
      .with_code("lowering.failed");
}

/// Never raises a limit.
void limit_memory(std::uint64_t bytes) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_DATA, &limit) != 0) return;
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_cur, bytes);
  ::setrlimit(RLIMIT_DATA, &limit);
}

}  // namespace

Result<LoweringResult> lower_in_child(const LoweringJob& job, std::string_view lower_command,
                                      const LoweringLimits& limits) {
  XAAS_TRY(const std::filesystem::path self, own_executable());
  Command command;
  command.argv = {self.string(), std::string(lower_command)};
  command.input = print_job(job);
  // Nobody would take the child's result any more.
  command.in_child = [bytes = limits.memory]() -> Status {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (bytes != 0) limit_memory(bytes);
    return {};
  };
  XAAS_TRY(const Outcome outcome, run(command));
  if (!outcome.succeeded()) {
    remove_stale_temporaries(std::filesystem::path(job.output).parent_path());
    return error_of(job, outcome, limits);
  }
  auto result = parse_result(outcome.output);
  if (!result)
    return std::move(result.error()).while_doing("reading what the linker's process printed");
  return std::move(*result);
}

}  // namespace xaas
