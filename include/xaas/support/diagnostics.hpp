// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/result.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace xaas {

/// Exit codes of both programs; the table is in docs/conventions.md.
inline constexpr int k_exit_error = 1;
inline constexpr int k_exit_usage = 2;
inline constexpr int k_exit_incompatible = 3;
inline constexpr int k_exit_mismatch = 4;
inline constexpr int k_exit_network = 5;
inline constexpr int k_exit_numbers_differ = 6;
inline constexpr int k_exit_internal = 70;
inline constexpr int k_exit_wrong_processor = 126;

[[nodiscard]] int exit_code_of(const Error& error);

/// `xaas-deploy: error: no such thing [plan.no-variant]`, then notes ("while ...") and help.
[[nodiscard]] std::string describe(const Error& error, std::string_view program);

/// A result, on stdout. `support.stdout` when it cannot be written, as far as that shows before the
/// end: fmt::print would throw.
Status print_output(std::string_view text);

/// Anything else, on stderr. There is nobody to tell that this is closed or full.
void print_errors(std::string_view text);

/// What a long command says while it works. On a terminal one live line on stderr; elsewhere a
/// plain line when a stage starts and at most one every ten seconds; nothing at all when quiet.
/// Optionally the same as JSON lines ({"event": "stage", ...}) to a file. Safe to call from several
/// threads.
class Progress {
 public:
  enum class Style { automatic, quiet };
  Progress(std::string program, Style style);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  Progress(Progress&&) = delete;
  Progress& operator=(Progress&&) = delete;

  /// Events go to this file from now on (appended, one JSON document per line).
  Status write_events_to(const std::filesystem::path& path);

  /// A new stage, e.g. "building with CMake"; `total` 0 when unknown.
  void stage(std::string title, std::size_t total = 0);
  /// One more of the stage's items is done.
  void step(std::string_view item = {});
  /// A line that stays: notes and warnings. Printed also when quiet if `level` is warning.
  enum class Level { note, warning };
  void say(Level level, std::string_view text);
  /// Removes the live line, e.g. before a result is printed.
  void finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Names in `candidates` close to `name` (edit distance at most a third of its length), best first,
/// at most 3; where there is none, the shortest of those that begin with it.
[[nodiscard]] std::vector<std::string> near_names(std::string_view name,
                                                  const std::vector<std::string>& candidates);

/// "1.2 MB", "340 B": SI units, as `ls --si` does.
[[nodiscard]] std::string human_bytes(std::uint64_t bytes);
/// "0.41 s", "3 min 12 s".
[[nodiscard]] std::string human_seconds(double seconds);

/// Runs a program's main function: prints the error it ends with, turns it into the exit code, and
/// turns an escaped exception into exit 70.
int run_program(std::string_view program, const std::function<Result<int>()>& body);

}  // namespace xaas
