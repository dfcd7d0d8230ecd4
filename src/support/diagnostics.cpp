// SPDX-License-Identifier: Apache-2.0
#include "xaas/support/diagnostics.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <exception>
#include <new>
#include <numeric>
#include <system_error>
#include <utility>

namespace xaas {
namespace {

/// Characters to insert, remove, replace or swap with their neighbour.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});  // NOLINT(modernize-use-ranges): not in C++20
  std::vector<std::size_t> above;
  std::vector<std::size_t> two_above;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    two_above = std::exchange(above, row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const auto replaced = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({replaced, above[j] + 1, row[j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], two_above[j - 2] + 1);
    }
  }
  return row.back();
}

int print_error(std::string_view program, const Error& error) {
  print_errors(describe(error, program));
  return exit_code_of(error);
}

Error output_error(int error) {
  return fail(ErrorKind::io, "writing to standard output: {}",
              std::generic_category().message(error))
      .with_code("support.stdout");
}

/// What a program printed counts only when it arrived: a full disk shows here.
Status flush_output() {
  if (std::fflush(stdout) == 0) return {};
  return output_error(errno);
}

Result<int> run_guarded(const std::function<Result<int>()>& body) {
  try {
    return body();
  } catch (const std::bad_alloc&) {
    return fail(ErrorKind::io, "there is not enough memory").with_code("support.memory");
  } catch (const std::exception& thrown) {
    return fail(ErrorKind::internal, "unexpected exception: {}", thrown.what());
  } catch (...) {
    return fail(ErrorKind::internal, "unexpected exception of an unknown type");
  }
}

/// Started with a stream closed, the next file that we open would take its number, and a result
/// would be printed into it. Opened the wrong way round, the stream says EBADF as it would closed.
void occupy_closed_streams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(stream, F_GETFD) >= 0 || errno != EBADF) continue;
    const int mode = stream == STDIN_FILENO ? O_WRONLY : O_RDONLY;
    // The lowest free number is the stream's: those below are open.
    [[maybe_unused]] const int number = ::open("/dev/null", mode);
  }
}

}  // namespace

int exit_code_of(const Error& error) {
  if (error.exit_code()) return *error.exit_code();
  switch (error.kind()) {
    case ErrorKind::incompatible:
      return k_exit_incompatible;
    case ErrorKind::mismatch:
      return k_exit_mismatch;
    case ErrorKind::internal:
      return k_exit_internal;
    case ErrorKind::invalid_input:
    case ErrorKind::not_found:
    case ErrorKind::unsupported:
    case ErrorKind::corrupt:
    case ErrorKind::io:
    case ErrorKind::tool_failed:
    case ErrorKind::build_failed:
      return k_exit_error;
  }
  return k_exit_internal;
}

std::string describe(const Error& error, std::string_view program) {
  auto text = fmt::format("{}: error: {}", program, error.message());
  if (!error.code().empty()) text += fmt::format(" [{}]", error.code());
  text += '\n';
  for (const auto& what : error.context()) text += fmt::format("  note: while {}\n", what);
  if (!error.help().empty()) text += fmt::format("  help: {}\n", error.help());
  if (error.kind() == ErrorKind::internal) {
    text += fmt::format("  help: this is a fault of {} itself ({}:{}): please report it\n", program,
                        error.raised_at().file_name(), error.raised_at().line());
  }
  return text;
}

Status print_output(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size()) return {};
  return output_error(errno);
}

void print_errors(std::string_view text) {
  [[maybe_unused]] const auto ignored = std::fwrite(text.data(), 1, text.size(), stderr);
}

std::vector<std::string> near_names(std::string_view name,
                                    const std::vector<std::string>& candidates) {
  constexpr std::size_t k_most = 3;
  std::vector<std::pair<std::size_t, std::string>> near;
  for (const auto& candidate : candidates) {
    const auto distance = edit_distance(name, candidate);
    if (distance <= name.size() / 3) near.emplace_back(distance, candidate);
  }
  constexpr std::size_t k_shortest_begin = 3;
  if (near.empty() && name.size() >= k_shortest_begin) {
    for (const auto& candidate : candidates)
      if (candidate.starts_with(name)) near.emplace_back(candidate.size(), candidate);
  }
  std::ranges::sort(near);
  near.erase(std::ranges::unique(near).begin(), near.end());
  std::vector<std::string> names;
  for (auto& [distance, candidate] : near)
    if (names.size() < k_most) names.push_back(std::move(candidate));
  return names;
}

std::string human_bytes(std::uint64_t bytes) {
  constexpr std::array k_units{"kB", "MB", "GB", "TB", "PB", "EB"};
  if (bytes < 1000) return fmt::format("{} B", bytes);
  double value = static_cast<double>(bytes) / 1000;
  std::size_t unit = 0;
  // 999.5 would be printed as 1000.
  for (; value >= 999.5 && unit + 1 < k_units.size(); ++unit) value /= 1000;
  return value < 9.95 ? fmt::format("{:.1f} {}", value, k_units[unit])
                      : fmt::format("{:.0f} {}", value, k_units[unit]);
}

std::string human_seconds(double seconds) {
  if (seconds < 9.995) return fmt::format("{:.2f} s", seconds);
  if (seconds < 59.95) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<std::uint64_t>(std::llround(seconds));
  if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
  return fmt::format("{} h {} min", whole / 3600, whole % 3600 / 60);
}

int run_program(std::string_view program, const std::function<Result<int>()>& body) {
  occupy_closed_streams();
  // Who started us may have it ignored; then nobody could wait for a child.
  std::signal(SIGCHLD, SIG_DFL);  // NOLINT(cert-err33-c): it cannot fail for this signal
  const auto result = run_guarded(body);
  // First: where both streams go into one file, results stand before why the program ended.
  const auto flushed = flush_output();
  const int code = result ? *result : print_error(program, result.error());
  const bool is_told = !result && result.error().code() == "support.stdout";
  return flushed || is_told ? code : print_error(program, flushed.error());
}

}  // namespace xaas
