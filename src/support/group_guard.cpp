// SPDX-License-Identifier: Apache-2.0
//
// The guard is a process that does nothing but read from a pipe whose other end only we have: the
// kernel closes it when we end, and then the guard ends the group. It is a member of the group, so
// that the group's number cannot be somebody else's by then.
#include "group_guard.hpp"

#include "launch.hpp"

#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <ctime>

namespace xaas {
namespace {

void close_from(unsigned first) {
  if (::syscall(SYS_close_range, first, ~0U, 0U) == 0) return;
  // Linux before 5.9.
  const long limit = ::sysconf(_SC_OPEN_MAX);
  for (int number = static_cast<int>(first); number < limit; ++number) ::close(number);
}

/// Between fork and exit: system calls only.
[[noreturn]] void stand_guard(int alive, pid_t group) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) ::signal(signal, SIG_IGN);
  // Our streams, locks and pipes must not stay open in it.
  if (::setpgid(0, group) != 0 || ::dup2(alive, STDIN_FILENO) < 0) ::_exit(1);
  close_from(STDIN_FILENO + 1);
  char byte = 0;
  while (::read(STDIN_FILENO, &byte, 1) < 0 && errno == EINTR) continue;
  // First the polite signal: ninja gives each compiler a group of its own and passes it on.
  ::kill(0, SIGTERM);
  ::kill(0, SIGCONT);
  timespec grace{.tv_sec = 0, .tv_nsec = 200'000'000};
  while (::nanosleep(&grace, &grace) != 0 && errno == EINTR) continue;
  ::kill(0, SIGKILL);
  ::_exit(0);
}

}  // namespace

GroupGuard::GroupGuard(pid_t group) {
  auto pipe = Pipe::make();
  if (!pipe) return;
  pid_ = ::fork();
  if (pid_ == 0) stand_guard(pipe->read.number(), group);
  alive_ = std::move(pipe->write);
}

GroupGuard::~GroupGuard() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) continue;
}

}  // namespace xaas
