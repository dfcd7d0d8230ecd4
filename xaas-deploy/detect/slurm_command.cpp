// SPDX-License-Identifier: Apache-2.0
#include "detect/slurm_command.hpp"

#include "detect/detect_via.hpp"
#include "detect/node_kinds.hpp"

#include "xaas/support/diagnostics.hpp"
#include "xaas/support/files.hpp"
#include "xaas/support/process.hpp"
#include "xaas/support/text.hpp"
#include "xaas/targets/target_library.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

// One description for each kind of node, over srun's output: nothing is written on the node. Batch
// jobs write theirs into the folder, which must be one that the nodes share.

namespace xaas {
namespace {

/// From the start of a job to its end: the program may come over a slow network.
constexpr std::chrono::seconds k_longest_run{60};
/// Minutes that a job asks for: few, so that it fits between others.
constexpr const char* k_job_time = "--time=5";
/// More are what a site tells apart by racks, and no one wants so many descriptions.
constexpr std::size_t k_most_kinds = 64;

/// With these srun would start its step in the job that we run in, whatever partition was asked
/// for.
std::vector<std::string> variables_of_our_job() {
  return {"SLURM_JOB_ID", "SLURM_JOBID"};
}

/// What became of a kind.
struct Described {
  bool is_done = false;
  std::string text;
};

Error sinfo_error(std::string what, const std::string& errors) {
  return fail(ErrorKind::tool_failed, "`sinfo` {}", what)
      .with_code("slurm.sinfo")
      .with_help(errors.empty() ? std::string("see what `sinfo` prints by itself")
                                : fmt::format("it said: {}", first_line(errors)));
}

Result<std::string> ask_sinfo(const SlurmOptions& options) {
  if (!find_program("sinfo")) {
    return fail(ErrorKind::not_found, "there is no `sinfo` in PATH")
        .with_code("slurm.no-sinfo")
        .with_help(
            "load the module that has Slurm's programs; for nodes of another scheduler, or of "
            "none, `--via COMMAND`");
  }
  std::vector<std::string> argv{"sinfo", "--noheader", "--Node", "--format", k_sinfo_format};
  if (!options.partitions.empty()) argv.push_back("--partition=" + options.partitions);
  XAAS_TRY(Outcome outcome, run({.argv = std::move(argv),
                                 .environment = {{"LC_ALL", "C"}},
                                 .time_limit = options.wait,
                                 .ends_with_us = true}));
  if (outcome.timed_out) {
    return sinfo_error(fmt::format("gave no answer within {} s", options.wait.count()),
                       outcome.errors);
  }
  if (!outcome.succeeded())
    return sinfo_error(fmt::format("ended with {}", outcome.exit_code), outcome.errors);
  return std::move(outcome.output);
}

Result<std::vector<NodeKind>> kinds_of_nodes(const SlurmOptions& options) {
  XAAS_TRY(const auto output, ask_sinfo(options));
  auto [kinds, unread] = parse_node_kinds(output);
  if (kinds.empty() && unread > 0) return sinfo_error("printed something else than nodes", {});
  if (kinds.empty()) {
    return fail(ErrorKind::not_found, "Slurm has no nodes{}",
                options.partitions.empty() ? "" : " in `" + options.partitions + "`")
        .with_code("slurm.no-nodes")
        .with_help("`sinfo --summarize` lists the partitions");
  }
  if (kinds.size() > k_most_kinds) {
    return fail(ErrorKind::unsupported, "Slurm has {} kinds of node, and {} are described at once",
                kinds.size(), k_most_kinds)
        .with_code("slurm.many-kinds")
        .with_help("choose some by `--partition`");
  }
  if (unread > 0)
    print_errors(fmt::format("xaas-deploy: note: {} lines of `sinfo` passed over\n", unread));
  return std::move(kinds);
}

/// One task on one node of the kind. What the user adds comes last, so that it counts.
std::string launch_line(std::vector<std::string> words, const NodeKind& kind,
                        const SlurmOptions& options) {
  words.insert(words.end(), {"-N1", "-n1", k_job_time, "-J", "xaas-detect"});
  return fmt::format("{} {}{}{}", shell_quoted(words), kind.request,
                     options.arguments.empty() ? "" : " ", options.arguments);
}

/// "2 x sm_90, znver4, x86-64-v4".
std::string what_it_is(const Target& target) {
  std::vector<std::string> words;
  for (const Gpu& gpu : target.gpus.value_or(std::vector<Gpu>())) {
    words.push_back(fmt::format("{} x {}", gpu.count,
                                gpu.architecture.empty() ? gpu.vendor : gpu.architecture));
  }
  for (const std::string& word : {target.cpu.name, target.cpu.level})
    if (!word.empty() && std::ranges::find(words, word) == words.end()) words.push_back(word);
  return fmt::format("{}", fmt::join(words, ", "));
}

Result<Described> describe_now(const NodeKind& kind, const SlurmOptions& options,
                               const std::filesystem::path& folder) {
  if (!kind.problem.empty()) return Described{.text = kind.problem};
  // MPI has no part in it, and its plugin may be missing.
  auto target =
      detect_via({.command = launch_line({"srun", "--quiet", "--mpi=none",
                                          fmt::format("--immediate={}", options.wait.count())},
                                         kind, options),
                  .called = "srun",
                  .modules = options.modules,
                  .unset = variables_of_our_job(),
                  .time_limit = options.wait + k_longest_run});
  if (!target) {
    Error& error = target.error();
    if (error.code() == k_stopped) return std::move(error);
    return Described{.text = fmt::format("{}{}{}", error.message(),
                                         error.help().empty() ? "" : "; ", error.help())};
  }
  target->name = kind.name;
  note_request(*target, kind.request, "sinfo");
  XAAS_CHECK(write_file(folder / (kind.name + ".json"), print_target(*target)));
  return Described{.is_done = true, .text = what_it_is(*target)};
}

/// The job's output is kept only where it says why there is no description.
Result<std::string> batch_script(const NodeKind& kind, const SlurmOptions& options,
                                 const std::filesystem::path& folder) {
  XAAS_TRY(const auto program, own_executable());
  const auto log = shell_quoted({(folder / (kind.name + "-")).string()}) + "\"$SLURM_JOB_ID\".log";
  std::vector<std::string> argv{
      program.string(), "detect",     "--name",   kind.name,
      "--request",      kind.request, "--output", (folder / (kind.name + ".json")).string()};
  for (const std::string& module : options.modules) argv.push_back("--module=" + module);
  return fmt::format("#!/bin/sh\n{} && rm -f {}\n", shell_quoted(argv), log);
}

Result<Described> describe_later(const NodeKind& kind, const SlurmOptions& options,
                                 const std::filesystem::path& folder) {
  XAAS_TRY(auto script, batch_script(kind, options, folder));
  const auto log = (folder / (kind.name + "-%j.log")).string();
  XAAS_TRY(
      const Outcome outcome,
      run({.argv = {"sh", "-c", launch_line({"sbatch", "--parsable", "-o", log}, kind, options)},
           .unset = variables_of_our_job(),
           .input = std::move(script),
           .time_limit = k_longest_run,
           .ends_with_us = true}));
  if (outcome.timed_out || !outcome.succeeded()) {
    return Described{.text = outcome.errors.empty()
                                 ? fmt::format("`sbatch` ended with {}", outcome.exit_code)
                                 : std::string(first_line(outcome.errors))};
  }
  // "JOB" or "JOB;CLUSTER".
  const auto line = first_line(outcome.output);
  return Described{.is_done = true, .text = fmt::format("job {}", line.substr(0, line.find(';')))};
}

void print_row(std::string& table, const NodeKind& kind, const Described& described,
               std::size_t width) {
  table += fmt::format("{:<{}}  {:>5}  {}{}\n", kind.name, width, kind.nodes.size(),
                       described.is_done ? "" : "none: ", described.text);
}

Status print_table(const std::vector<NodeKind>& kinds, const std::vector<Described>& described) {
  std::size_t width = std::string_view("description").size();
  for (const NodeKind& kind : kinds) width = std::max(width, kind.name.size());
  std::string table = fmt::format("{:<{}}  nodes\n", "description", width);
  for (std::size_t i = 0; i < kinds.size(); ++i) print_row(table, kinds[i], described[i], width);
  return print_output(table);
}

/// Empty when every kind has one.
Status check_all_described(const std::vector<NodeKind>& kinds,
                           const std::vector<Described>& described, const SlurmOptions& options) {
  std::vector<std::string_view> missing;
  for (std::size_t i = 0; i < kinds.size(); ++i)
    if (!described[i].is_done) missing.push_back(kinds[i].name);
  if (missing.empty()) return {};
  return fail(ErrorKind::tool_failed, "no description of {} of {} kinds of node: `{}`",
              missing.size(), kinds.size(), fmt::join(missing, "`, `"))
      .with_code("slurm.no-description")
      .with_help(options.submit
                     ? "the table says why; options for sbatch go into `--slurm-args`"
                     : "the table says why; `--wait SECONDS` waits longer for a node, `--submit` "
                       "lets jobs describe them, and options for srun go into `--slurm-args`");
}

}  // namespace

Result<int> describe_slurm_nodes(const SlurmOptions& options, std::filesystem::path folder) {
  if (folder.empty()) {
    XAAS_TRY(folder, user_target_folder());
  }
  std::error_code error;
  folder = std::filesystem::absolute(folder, error).lexically_normal();
  XAAS_TRY(const auto kinds, kinds_of_nodes(options));
  XAAS_CHECK(make_folders(folder));
  std::vector<Described> described(kinds.size());
  XAAS_CHECK(for_each_parallel(kinds.size(), options.jobs, [&](std::size_t i) -> Status {
    XAAS_TRY(described[i], options.submit ? describe_later(kinds[i], options, folder)
                                          : describe_now(kinds[i], options, folder));
    return {};
  }));
  XAAS_CHECK(print_table(kinds, described));
  XAAS_CHECK(print_output(fmt::format("in {}\n", folder.string())));
  XAAS_CHECK(check_all_described(kinds, described, options));
  return 0;
}

void note_request(Target& target, std::string request, std::string origin) {
  target.scheduler.request = std::move(request);
  target.origins["scheduler.request"] = std::move(origin);
}

}  // namespace xaas
