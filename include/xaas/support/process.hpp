// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/result.hpp"

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace xaas {

/// One program to run. Only support/process starts processes.
struct Command {
  std::vector<std::string> argv;  // argv[0] is searched in PATH when it has no slash
  std::filesystem::path folder;   // empty: the current one
  std::map<std::string, std::string> environment;  // set on top of the inherited one
  std::vector<std::string> unset;                  // removed from the inherited one
  enum class Output { inherit, capture, discard, to_file } output = Output::capture;
  enum class Errors { inherit, capture, discard, with_output } errors = Errors::capture;
  std::filesystem::path output_file;  // for to_file; appended to
  std::string input;                  // given on stdin, which is /dev/null when this is empty
  bool inherit_input = false;
  // Then SIGTERM, a second later SIGKILL; what does not even end by that is left alone.
  std::optional<std::chrono::milliseconds> time_limit;
  // Of each captured stream, in bytes; one that brings more is closed.
  std::size_t most_output = std::numeric_limits<std::size_t>::max();
  std::vector<int> processors;       // pinned to these when not empty
  std::function<Status()> in_child;  // runs between fork and exec; only async-signal-safe work
  bool ends_with_us = false;         // and all that it starts, even when we are killed
};

struct Usage {
  double wall_seconds = 0;
  double cpu_seconds = 0;  // user and system, of the child and its waited-for children
  long peak_kilobytes = 0;
};

struct Outcome {
  int exit_code = 0;  // 128 + signal when a signal ended it, as a shell says
  int signal = 0;
  bool timed_out = false;
  std::string output;
  std::string errors;
  Usage usage;

  [[nodiscard]] bool succeeded() const { return exit_code == 0; }
};

/// Runs and waits. An error only when the program could not be started (`not_found`, `io`); a
/// non-zero exit is an outcome. SIGINT and SIGTERM that reach us meanwhile are forwarded to the
/// child.
Result<Outcome> run(const Command& command);

/// Replaces this process; returns only with the reason why it could not. Streams that `command`
/// would capture are kept as they are, and so is stdin when it gives no input.
Error replace_process(const Command& command);

/// Absolute path of a program in PATH, or empty.
std::optional<std::filesystem::path> find_program(const std::string& name);

/// The same, in the folders of `search_path`.
std::optional<std::filesystem::path> find_program_in(std::string_view search_path,
                                                     const std::string& name);

/// The file this process runs from.
Result<std::filesystem::path> own_executable();

/// Processors this process may use: affinity mask and cgroup quota, at least 1.
unsigned usable_processors();

/// Calls `job(i)` for i in [0, count) on up to `threads` threads. The error of the lowest index
/// wins, so that the answer does not depend on timing.
Status for_each_parallel(std::size_t count, unsigned threads,
                         const std::function<Status(std::size_t)>& job);

/// The rank that a launcher gave this process, as it wrote it; empty: no launcher started it.
std::optional<std::string> own_rank();

/// Whether a launcher started this process as another rank than the first: what is said to all of
/// them, the first one says.
bool is_later_rank();

/// For a shell: quoted only where it must be.
std::string shell_quoted(const std::vector<std::string>& argv);

}  // namespace xaas
