// SPDX-License-Identifier: Apache-2.0
#include "expect.hpp"

#include "xaas/support/process.hpp"

#include <gtest/gtest.h>

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>

// What the system refuses, told as an error. Each test takes something from a process of its own.

namespace xaas {
namespace {

/// Runs `body` in a forked process; its answer is the exit code.
int in_process(const std::function<bool()>& body) {
  const pid_t pid = ::fork();
  if (pid == 0) ::_exit(body() ? 0 : 1);
  int status = -1;
  ::waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/// From now on the system call answers EAGAIN, as fork(2) does at a limit of processes, which does
/// not bind root.
bool forbid(unsigned call) {
  std::array<sock_filter, 4> program{
      {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
       BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1),
       BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EAGAIN),
       BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)}};
  sock_fprog filter{.len = program.size(), .filter = program.data()};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

std::string code_of_run() {
  const auto outcome = run({.argv = {"true"}});
  return outcome ? "" : outcome.error().code();
}

TEST(Run, TellsThatThereIsNoMoreProcessToBeHad) {
  EXPECT_EQ(in_process([] { return forbid(SYS_clone) && code_of_run() == "support.fork"; }), 0);
}

TEST(Run, TellsThatThereIsNoMoreDescriptorToBeHad) {
  EXPECT_EQ(in_process([] {
              const rlimit none{.rlim_cur = 3, .rlim_max = 3};
              return ::setrlimit(RLIMIT_NOFILE, &none) == 0 && code_of_run() == "support.pipe";
            }),
            0);
}

TEST(Run, RefusesACommandWithoutAProgram) {
  for (const std::vector<std::string>& argv : {std::vector<std::string>{}, {""}}) {
    const auto outcome = run({.argv = argv});
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code(), "support.empty-command");
  }
}

}  // namespace
}  // namespace xaas
