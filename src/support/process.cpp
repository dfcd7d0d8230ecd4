// SPDX-License-Identifier: Apache-2.0
#include "xaas/support/process.hpp"

#include "file_descriptor.hpp"
#include "forwarding.hpp"
#include "group_guard.hpp"
#include "launch.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <optional>
#include <system_error>
#include <utility>

namespace xaas {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

/// After SIGTERM, before SIGKILL.
constexpr milliseconds k_grace{1000};
/// How long streams may stay open after the child has gone: a daemon that it started may hold them
/// for ever, a shell's last pipeline only for a moment.
constexpr milliseconds k_linger{500};
/// How often to look where the kernel cannot wake us (no pidfd: Linux before 5.3, some sandboxes).
constexpr milliseconds k_look{20};
/// Of a child that could not become the program; nobody sees it, the report says why.
constexpr int k_exit_after_failure = 127;

void reset_signals() {
  struct sigaction standard{};
  standard.sa_handler = SIG_DFL;
  ::sigaction(SIGPIPE, &standard, nullptr);
  // A forwarded signal that arrives before exec must end the child: held until here, it now does.
  for (const int signal : {SIGINT, SIGTERM}) {
    struct sigaction current{};
    ::sigaction(signal, nullptr, &current);
    if (current.sa_handler != SIG_IGN) ::sigaction(signal, &standard, nullptr);
  }
  sigset_t none;
  sigemptyset(&none);
  ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
}

[[noreturn]] void become_child(const Launch& launch, int report, pid_t parent) {
  if (launch.has_own_group()) ::setpgid(0, 0);
  // First, so that no signal from here on meets our handlers.
  reset_signals();
  // Nobody would stop it if we were killed.
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent) ::_exit(k_exit_after_failure);
  launch.enter(report);
  ::_exit(k_exit_after_failure);
}

/// One child from its start until it has been waited for.
class Child {
 public:
  Child(const Command& command, Launch launch) : command_(command), launch_(std::move(launch)) {}

  Result<Outcome> run_to_end();

 private:
  Result<std::string> start();
  void watch(Outcome& outcome);
  void enforce_limit(Clock::time_point now, Outcome& outcome);
  [[nodiscard]] milliseconds patience(Clock::time_point now) const;
  void notice_end();
  void send(int signal) const { ::kill(launch_.has_own_group() ? -pid_ : pid_, signal); }
  Status collect(Outcome& outcome) const;

  const Command& command_;
  Launch launch_;
  SignalForwarding forwarding_;
  std::optional<GroupGuard> guard_;
  pid_t pid_ = -1;
  FileDescriptor handle_;  // pidfd
  Clock::time_point started_;
  Clock::time_point ended_;
  std::optional<Clock::time_point> terminated_;
  bool killed_ = false;
  bool has_ended_ = false;
  bool is_left_ = false;  // it waits for a driver that does not answer, or is another user's
};

/// The child's report of why it could not start; empty when it did.
Result<std::string> Child::start() {
  XAAS_TRY(auto report, Pipe::make());
  const pid_t parent = ::getpid();
  started_ = Clock::now();
  // Our handler must not run in the child: it would keep for itself what was meant for the program.
  std::optional<SignalsHeld> held{std::in_place};
  pid_ = ::fork();
  if (pid_ < 0) {
    const int error = errno;
    return fail(ErrorKind::io, "cannot start `{}`: {}", command_.argv[0],
                std::generic_category().message(error))
        .with_code("support.fork");
  }
  if (pid_ == 0) become_child(launch_, report.write.number(), parent);
  // Here too: whoever runs first, the group is there before a signal is sent to it.
  if (launch_.has_own_group()) ::setpgid(pid_, pid_);
  if (command_.ends_with_us && launch_.has_own_group()) guard_.emplace(pid_);
  forwarding_.add(pid_, launch_.has_own_group());
  held.reset();
  launch_.close_child_ends();
  report.write.reset();
  handle_ = FileDescriptor{static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0))};

  std::string text;
  std::array<char, 256> block{};
  while (true) {
    const ssize_t got = ::read(report.read.number(), block.data(), block.size());
    if (got > 0) text.append(block.data(), static_cast<std::size_t>(got));
    if (got == 0 || (got < 0 && errno != EINTR)) return text;
  }
}

void Child::notice_end() {
  siginfo_t info{};
  // WNOWAIT leaves it a zombie: its number stays ours until `collect`.
  const int answer = ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT);
  if (answer != 0 || info.si_pid == 0) return;
  has_ended_ = true;
  ended_ = Clock::now();
}

void Child::enforce_limit(Clock::time_point now, Outcome& outcome) {
  if (!command_.time_limit || has_ended_) return;
  if (!terminated_ && now - started_ >= *command_.time_limit) {
    outcome.timed_out = true;
    terminated_ = now;
    send(SIGTERM);
    send(SIGCONT);  // a stopped process would not notice
  }
  if (terminated_ && !killed_ && now - *terminated_ >= k_grace) {
    killed_ = true;
    send(SIGKILL);
  }
  if (killed_ && now - *terminated_ >= 2 * k_grace) {
    is_left_ = true;
    ended_ = now;
  }
}

/// How long poll may sleep: until the next thing that only the clock brings. Negative: for ever.
milliseconds Child::patience(Clock::time_point now) const {
  const auto until = [now](Clock::time_point due) {
    return std::max(milliseconds{0}, std::chrono::ceil<milliseconds>(due - now));
  };
  if (has_ended_) return until(ended_ + k_linger);
  milliseconds wait{-1};
  if (command_.time_limit) {
    wait = until(terminated_ ? *terminated_ + (killed_ ? 2 : 1) * k_grace
                             : started_ + *command_.time_limit);
  }
  if (handle_.is_open()) return wait;
  return wait < milliseconds{0} ? k_look : std::min(wait, k_look);
}

/// Reads what is there. At the end of the stream, or when it has brought too much, it is closed.
void read_some(FileDescriptor& stream, std::size_t most, std::string& into,
               std::vector<char>& block) {
  const ssize_t got = ::read(stream.number(), block.data(), block.size());
  const int error = errno;
  if (got > 0) into.append(block.data(), static_cast<std::size_t>(got));
  if (got == 0 || (got < 0 && error != EINTR && error != EAGAIN) || into.size() > most)
    stream.reset();
}

void Child::watch(Outcome& outcome) {
  std::vector<char> block(std::size_t{64} * 1024);
  while (true) {
    const bool is_open = launch_.output.is_open() || launch_.errors.is_open();
    if (is_left_ || (has_ended_ && (!is_open || Clock::now() - ended_ >= k_linger))) return;
    // poll passes over negative numbers.
    const auto readable = [](int number) {
      return pollfd{.fd = number, .events = POLLIN, .revents = 0};
    };
    std::array ready{readable(launch_.output.number()), readable(launch_.errors.number()),
                     readable(has_ended_ ? -1 : handle_.number())};
    const auto wait = patience(Clock::now());
    ::poll(ready.data(), ready.size(),
           static_cast<int>(std::min<milliseconds::rep>(wait.count(), 1 << 30)));
    if (ready[0].revents != 0)
      read_some(launch_.output, command_.most_output, outcome.output, block);
    if (ready[1].revents != 0)
      read_some(launch_.errors, command_.most_output, outcome.errors, block);
    if (!has_ended_ && (ready[2].revents != 0 || !handle_.is_open())) notice_end();
    enforce_limit(Clock::now(), outcome);
  }
}

Status Child::collect(Outcome& outcome) const {
  int status = 0;
  rusage used{};
  while (::wait4(pid_, &status, 0, &used) < 0) {
    const int error = errno;
    if (error == EINTR) continue;
    return fail(ErrorKind::internal, "waiting for `{}`: {}", command_.argv[0],
                std::generic_category().message(error));
  }
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  outcome.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  outcome.exit_code = outcome.signal != 0 ? 128 + outcome.signal : WEXITSTATUS(status);
  outcome.usage.cpu_seconds = seconds(used.ru_utime) + seconds(used.ru_stime);
  outcome.usage.peak_kilobytes = used.ru_maxrss;
  return {};
}

Result<Outcome> Child::run_to_end() {
  XAAS_TRY(const std::string report, start());
  Outcome outcome;
  watch(outcome);
  outcome.usage.wall_seconds = std::chrono::duration<double>(ended_ - started_).count();
  // What the child started and SIGTERM did not end; the group lives until the child is waited for.
  if (outcome.timed_out && launch_.has_own_group()) send(SIGKILL);
  forwarding_.remove();
  guard_.reset();
  if (is_left_) {
    outcome.signal = SIGKILL;
    outcome.exit_code = 128 + SIGKILL;
    return outcome;
  }
  XAAS_CHECK(collect(outcome));
  if (!report.empty()) return launch_.error_from(report);
  return outcome;
}

}  // namespace

Result<Outcome> run(const Command& command) {
  XAAS_TRY(auto launch, Launch::prepare(command));
  return Child{command, std::move(launch)}.run_to_end();
}

}  // namespace xaas
