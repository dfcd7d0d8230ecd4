// SPDX-License-Identifier: Apache-2.0
#include "file_descriptor.hpp"

#include "xaas/support/diagnostics.hpp"
#include "xaas/support/environment.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <mutex>
#include <utility>

namespace xaas {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto k_live_interval = std::chrono::milliseconds{100};
constexpr auto k_plain_interval = std::chrono::seconds{10};

bool is_terminal() {
  return ::isatty(STDERR_FILENO) == 1 && environment_variable("TERM").value_or("dumb") != "dumb";
}

std::size_t terminal_width() {
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

/// At most `width` bytes, not ending inside a UTF-8 sequence.
std::string_view cut(std::string_view text, std::size_t width) {
  if (text.size() <= width) return text;
  while (width > 0 && (static_cast<unsigned char>(text[width]) & 0xC0U) == 0x80U) --width;
  return text.substr(0, width);
}

/// While it lives, a pipe that nobody reads any more is an error of write(2), not this thread's
/// end.
class NoBrokenPipe {
 public:
  NoBrokenPipe() {
    sigemptyset(&broken_pipe_);
    sigaddset(&broken_pipe_, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &broken_pipe_, &before_);
  }
  NoBrokenPipe(const NoBrokenPipe&) = delete;
  NoBrokenPipe& operator=(const NoBrokenPipe&) = delete;
  NoBrokenPipe(NoBrokenPipe&&) = delete;
  NoBrokenPipe& operator=(NoBrokenPipe&&) = delete;
  ~NoBrokenPipe() {
    const timespec now{};
    if (sigismember(&before_, SIGPIPE) == 0) ::sigtimedwait(&broken_pipe_, nullptr, &now);
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

 private:
  sigset_t broken_pipe_{};
  sigset_t before_{};
};

}  // namespace

struct Progress::State {
  std::string program;
  Style style = Style::automatic;
  bool live = false;

  std::mutex mutex;
  FileDescriptor events;
  std::filesystem::path events_path;
  std::string title;
  std::string item;
  std::size_t done = 0;
  std::size_t total = 0;
  bool line_is_shown = false;
  Clock::time_point shown_at;

  std::string line() const {
    auto text = program + ": " + title;
    if (total > 0) text += fmt::format(" [{}/{}]", done, total);
    if (total == 0 && done > 0) text += fmt::format(" [{}]", done);
    if (!item.empty()) text += " " + item;
    return text;
  }

  void show(Clock::time_point now) {
    shown_at = now;
    if (style == Style::quiet) return;
    if (!live) {
      print_errors(line() + "\n");
      return;
    }
    print_errors(fmt::format("\r\033[K{}", cut(line(), terminal_width() - 1)));
    std::fflush(stderr);
    line_is_shown = true;
  }

  void clear() {
    if (!line_is_shown) return;
    print_errors("\r\033[K");
    std::fflush(stderr);
    line_is_shown = false;
  }

  /// One write per event, so that lines of several processes do not mix. A full disk, or a reader
  /// that has gone, is no reason to stop the work that is being reported.
  void record(const nlohmann::ordered_json& event) {
    if (!events.is_open()) return;
    const auto text =
        event.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
    const NoBrokenPipe guard;
    [[maybe_unused]] const auto ignored = write_all(events, text, events_path);
  }
};

Progress::Progress(std::string program, Style style) : state_(std::make_unique<State>()) {
  state_->program = std::move(program);
  state_->style = style;
  state_->live = style == Style::automatic && is_terminal();
}

Progress::~Progress() {
  finish();
}

Status Progress::write_events_to(const std::filesystem::path& path) {
  // Not waiting for the reader of a pipe: there may never be one.
  XAAS_TRY(auto file, open_file(path, O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK, 0644));
  ::fcntl(file.number(), F_SETFL, O_APPEND);
  const std::scoped_lock lock{state_->mutex};
  state_->events = std::move(file);
  state_->events_path = path;
  return {};
}

void Progress::stage(std::string title, std::size_t total) {
  const std::scoped_lock lock{state_->mutex};
  state_->record({{"event", "stage"}, {"title", title}, {"total", total}});
  state_->title = std::move(title);
  state_->item.clear();
  state_->done = 0;
  state_->total = total;
  state_->show(Clock::now());
}

void Progress::step(std::string_view item) {
  const std::scoped_lock lock{state_->mutex};
  ++state_->done;
  state_->item = item;
  state_->record({{"event", "step"},
                  {"title", state_->title},
                  {"done", state_->done},
                  {"total", state_->total},
                  {"item", item}});
  const auto now = Clock::now();
  const Clock::duration interval =
      state_->live ? Clock::duration{k_live_interval} : Clock::duration{k_plain_interval};
  if (now - state_->shown_at >= interval) state_->show(now);
}

void Progress::say(Level level, std::string_view text) {
  const std::scoped_lock lock{state_->mutex};
  const std::string_view name = level == Level::warning ? "warning" : "note";
  state_->record({{"event", name}, {"text", text}});
  if (state_->style == Style::quiet && level != Level::warning) return;
  const bool was_shown = state_->line_is_shown;
  state_->clear();
  print_errors(fmt::format("{}: {}: {}\n", state_->program, name, text));
  if (was_shown) state_->show(Clock::now());
}

void Progress::finish() {
  const std::scoped_lock lock{state_->mutex};
  state_->clear();
}

}  // namespace xaas
