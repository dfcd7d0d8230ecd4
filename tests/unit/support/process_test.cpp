// SPDX-License-Identifier: Apache-2.0
#include "xaas/support/process.hpp"

#include "expect.hpp"

#include "xaas/support/files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <thread>

namespace xaas {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;

Command shell(std::string script) {
  return {.argv = {"sh", "-c", std::move(script)}, .folder = {}, .environment = {}, .unset = {}};
}

TEST(Run, KeepsTheStreamsApart) {
  const auto outcome = run(shell("echo out; echo err >&2"));
  ASSERT_OK(outcome);
  EXPECT_EQ(outcome->output, "out\n");
  EXPECT_EQ(outcome->errors, "err\n");
  EXPECT_TRUE(outcome->succeeded());
}

TEST(Run, GivesTheExitCode) {
  const auto outcome = run(shell("exit 42"));
  ASSERT_OK(outcome);
  EXPECT_EQ(outcome->exit_code, 42);
  EXPECT_FALSE(outcome->succeeded());
}

TEST(Run, GivesTheSignalAsAShellDoes) {
  const auto outcome = run(shell("kill -SEGV $$"));
  ASSERT_OK(outcome);
  EXPECT_EQ(outcome->signal, SIGSEGV);
  EXPECT_EQ(outcome->exit_code, 128 + SIGSEGV);
}

TEST(Run, TakesMuchOnBothStreamsAtOnce) {
  const auto outcome =
      run(shell("head -c 3000000 /dev/zero & head -c 3000000 /dev/zero >&2; wait"));
  ASSERT_OK(outcome);
  EXPECT_EQ(outcome->output.size(), 3'000'000U);
  EXPECT_EQ(outcome->errors.size(), 3'000'000U);
}

TEST(Run, PutsErrorsWhereOutputGoes) {
  auto command = shell("echo out; echo err >&2");
  command.errors = Command::Errors::with_output;
  EXPECT_EQ(run(command)->output, "out\nerr\n");
}

TEST(Run, DiscardsWhatNobodyWants) {
  auto command = shell("echo out; echo err >&2");
  command.output = Command::Output::discard;
  command.errors = Command::Errors::discard;
  const auto outcome = run(command);
  ASSERT_OK(outcome);
  EXPECT_EQ(outcome->output + outcome->errors, "");
}

TEST(Run, AppendsToAFile) {
  const auto folder = TemporaryFolder::make();
  ASSERT_OK(folder);
  auto command = shell("echo line; echo err >&2");
  command.output = Command::Output::to_file;
  command.errors = Command::Errors::with_output;
  command.output_file = folder->path() / "log";
  ASSERT_OK(run(command));
  ASSERT_OK(run(command));
  EXPECT_EQ(*read_file(folder->path() / "log"), "line\nerr\nline\nerr\n");
}

TEST(Run, GivesInput) {
  const std::string bytes(2'000'000, 'i');
  auto command = shell("cat");
  command.input = bytes;
  EXPECT_EQ(run(command)->output, bytes);
}

TEST(Run, DoesNotCareForInputThatIsNotRead) {
  auto command = shell("exit 0");
  command.input = std::string(2'000'000, 'i');
  EXPECT_EQ(run(command)->exit_code, 0);
}

TEST(Run, GivesAnEmptyInputOtherwise) {
  EXPECT_EQ(run(shell("wc -c"))->output, "0\n");
}

TEST(Run, SetsAndUnsetsVariables) {
  auto command = shell("echo $XAAS_TEST_A:${XAAS_TEST_B-none}:$HOME");
  command.environment = {{"XAAS_TEST_A", "a b"}, {"XAAS_TEST_B", ""}};
  command.unset = {"HOME"};
  EXPECT_EQ(run(command)->output, "a b::\n");
}

TEST(Run, StartsInTheFolder) {
  auto command = shell("pwd -P");
  command.folder = "/usr";
  EXPECT_EQ(run(command)->output, "/usr\n");
}

TEST(Run, NamesAFolderThatIsNotThere) {
  auto command = shell("true");
  command.folder = "/no/such";
  const auto outcome = run(command);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().kind(), ErrorKind::not_found);
  EXPECT_THAT(outcome.error().message(), HasSubstr("`/no/such`"));
}

TEST(Run, NamesAProgramThatIsNotThere) {
  const auto outcome = run({.argv = {"no-such-program-of-xaas"}});
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().kind(), ErrorKind::not_found);
  EXPECT_EQ(outcome.error().code(), "support.no-program");
  EXPECT_EQ(outcome.error().message(), "no program `no-such-program-of-xaas` in PATH");
}

TEST(Run, SaysThatAFileIsNoProgram) {
  const auto outcome = run({.argv = {"/etc/passwd"}});
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().kind(), ErrorKind::io);
  EXPECT_EQ(outcome.error().code(), "support.exec");
}

TEST(Run, RefusesAnEmptyCommand) {
  EXPECT_EQ(run({}).error().kind(), ErrorKind::invalid_input);
  EXPECT_EQ(run({.argv = {""}}).error().kind(), ErrorKind::invalid_input);
}

TEST(Run, SearchesThePathThatTheChildWillHave) {
  const auto folder = TemporaryFolder::make();
  ASSERT_OK(folder);
  ASSERT_OK(write_file(folder->path() / "mine", "#!/bin/sh\necho $1\n", 0755));
  const Command command{.argv = {"mine", "arg"},
                        .environment = {{"PATH", "/nowhere:" + folder->path().string()}}};
  const auto outcome = run(command);
  ASSERT_OK(outcome);
  EXPECT_EQ(outcome->output, "arg\n");
}

TEST(Run, RunsAScriptThatNamesNoInterpreter) {
  const auto folder = TemporaryFolder::make();
  ASSERT_OK(folder);
  ASSERT_OK(write_file(folder->path() / "script", "echo \"$0 $1\"\n", 0755));
  const auto outcome = run({.argv = {"./script", "arg"}, .folder = folder->path()});
  ASSERT_OK(outcome);
  EXPECT_EQ(outcome->output, "./script arg\n");
}

TEST(Run, EndsAProgramAtItsTimeLimit) {
  auto command = shell("sleep 100");
  command.time_limit = milliseconds{50};
  const auto outcome = run(command);
  ASSERT_OK(outcome);
  EXPECT_TRUE(outcome->timed_out);
  EXPECT_EQ(outcome->signal, SIGTERM);
}

TEST(Run, KillsAProgramThatDoesNotWantToEnd) {
  auto command = shell("trap '' TERM; while :; do sleep 100; done");
  command.time_limit = milliseconds{50};
  const auto outcome = run(command);
  ASSERT_OK(outcome);
  EXPECT_TRUE(outcome->timed_out);
  EXPECT_EQ(outcome->signal, SIGKILL);
  EXPECT_LT(outcome->usage.wall_seconds, 20);
}

TEST(Run, TakesNoMoreOutputThanWasAskedFor) {
  Command command{.argv = {"yes"}};
  command.time_limit = milliseconds{20'000};
  command.most_output = 1000;
  const auto outcome = run(command);
  ASSERT_OK(outcome);
  EXPECT_FALSE(outcome->timed_out);
  EXPECT_EQ(outcome->signal, SIGPIPE);
  EXPECT_GT(outcome->output.size(), 1000U);
  EXPECT_LT(outcome->output.size(), 1'000'000U);
}

TEST(Run, DoesNotWaitForADaemonThatHoldsTheStreams) {
  const auto outcome = run(shell("setsid sleep 20 & echo started"));
  ASSERT_OK(outcome);
  EXPECT_EQ(outcome->output, "started\n");
  EXPECT_LT(outcome->usage.wall_seconds, 10);
}

TEST(Run, LeavesNoDescriptorOfOursOpenInTheChild) {
  const auto open_in_child = [] { return run(shell("ls /proc/$$/fd"))->output; };
  const auto before = open_in_child();
  const auto folder = TemporaryFolder::make();
  ASSERT_OK(folder);
  const auto lock = FileLock::try_lock(folder->path() / "l");
  ASSERT_OK(lock);
  EXPECT_EQ(open_in_child(), before);
}

TEST(Run, MeasuresWhatTheChildUsed) {
  const auto outcome = run(shell("i=0; while [ $i -lt 50000 ]; do i=$((i+1)); done"));
  ASSERT_OK(outcome);
  EXPECT_GT(outcome->usage.cpu_seconds, 0);
  EXPECT_GT(outcome->usage.wall_seconds, 0);
  EXPECT_GT(outcome->usage.peak_kilobytes, 0);
}

TEST(Run, DoesItsWorkInTheChildBeforeTheProgram) {
  auto command = shell("umask");
  command.in_child = []() -> Status {
    ::umask(0123);
    return {};
  };
  EXPECT_EQ(run(command)->output, "0123\n");
}

TEST(Run, TellsWhyTheWorkInTheChildFailed) {
  auto command = shell("true");
  command.in_child = []() -> Status { return fail(ErrorKind::io, "no such luck"); };
  const auto outcome = run(command);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code(), "support.in-child");
  EXPECT_EQ(outcome.error().message(), "no such luck");
}

TEST(Run, SaysThatItCannotPin) {
  auto command = shell("true");
  command.processors = {8000};
  const auto outcome = run(command);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code(), "support.pin");
}

/// Waits until somebody has opened the pipe for writing, and has closed it again.
void wait_for_writer(const std::filesystem::path& pipe) {
  std::ifstream in(pipe);
  std::string line;
  while (std::getline(in, line)) continue;
}

/// Runs `command` in a process of ours, which gets `signal` as soon as the pipe `ready` in the
/// command's folder has had a writer; the exit code of `run` there.
int exit_code_after(int signal, Command command) {
  const auto folder = TemporaryFolder::make();
  EXPECT_OK(folder);
  const auto ready = folder->path() / "ready";
  EXPECT_EQ(::mkfifo(ready.c_str(), 0600), 0);
  const pid_t runner = ::fork();
  if (runner == 0) {
    command.folder = folder->path();
    const auto outcome = run(command);
    ::_exit(outcome ? outcome->exit_code : 1);
  }
  wait_for_writer(ready);
  ::kill(runner, signal);
  int status = 0;
  ::waitpid(runner, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

TEST(Run, ForwardsSignalsToTheChild) {
  // Not by a shell: dash catches SIGINT, and one that comes before `sleep` waits for its end.
  Command command{.argv = {"sleep", "100"}, .folder = {}};
  command.in_child = []() -> Status {
    ::close(::open("ready", O_WRONLY));
    return {};
  };
  EXPECT_EQ(exit_code_after(SIGTERM, command), 128 + SIGTERM);
  EXPECT_EQ(exit_code_after(SIGINT, command), 128 + SIGINT);
}

void raise_sigterm() {
  ::raise(SIGTERM);
}

/// What another thread, which holds no signals back, does meanwhile.
void take_sigterm() {
  sigset_t terminate;
  sigset_t before;
  sigemptyset(&terminate);
  sigaddset(&terminate, SIGTERM);
  ::pthread_sigmask(SIG_UNBLOCK, &terminate, &before);
  ::raise(SIGTERM);
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

/// The exit code of `run` in a process of ours that gets a signal in the middle of its fork: before
/// it, or behind it in the child.
int exit_code_when_forking(void (*before)(), void (*in_child)()) {
  const pid_t runner = ::fork();
  if (runner == 0) {
    ::pthread_atfork(before, nullptr, in_child);
    auto command = shell("sleep 100");
    command.time_limit = milliseconds{5000};
    const auto outcome = run(command);
    ::_exit(outcome && !outcome->timed_out ? outcome->exit_code : 1);
  }
  int status = 0;
  ::waitpid(runner, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

TEST(Run, LosesNoSignalThatComesWhileTheChildIsMade) {
  EXPECT_EQ(exit_code_when_forking(raise_sigterm, nullptr), 128 + SIGTERM);
  EXPECT_EQ(exit_code_when_forking(take_sigterm, nullptr), 128 + SIGTERM);
  EXPECT_EQ(exit_code_when_forking(nullptr, raise_sigterm), 128 + SIGTERM);
}

TEST(Run, LetsTheChildDecideWhatASignalMeans) {
  EXPECT_EQ(exit_code_after(
                SIGTERM, shell("trap 'exit 9' TERM; echo > ready; while :; do sleep 0.01; done")),
            9);
}

/// Whether a process ends within ten seconds; a zombie has ended.
bool is_gone_soon(const std::string& pid) {
  for (int i = 0; i < 1000; ++i) {
    const auto stat = read_file(std::filesystem::path("/proc") / pid / "stat");
    if (!stat || stat->contains(") Z ")) return true;
    std::this_thread::sleep_for(milliseconds{10});
  }
  return false;
}

/// Kills a process of ours while it runs a shell that started another program.
std::string orphan_of_killed_run(const std::string& prepare) {
  const auto folder = TemporaryFolder::make();
  const auto ready = folder->path() / "ready";
  EXPECT_EQ(::mkfifo(ready.c_str(), 0600), 0);
  const pid_t runner = ::fork();
  if (runner == 0) {
    auto command = shell(prepare + "sleep 1000 & echo $! > pid; echo > ready; wait");
    command.folder = folder->path();
    command.ends_with_us = true;
    const auto outcome = run(command);
    ::_exit(outcome ? outcome->exit_code : 1);
  }
  wait_for_writer(ready);
  ::kill(runner, SIGKILL);
  ::waitpid(runner, nullptr, 0);
  const auto pid = read_file(folder->path() / "pid");
  EXPECT_OK(pid);
  return pid->substr(0, pid->find('\n'));
}

TEST(Run, EndsWhatAChildStartedWhenWeAreKilled) {
  EXPECT_TRUE(is_gone_soon(orphan_of_killed_run("")));
}

TEST(Run, EndsWhatDoesNotWantToEndWhenWeAreKilled) {
  EXPECT_TRUE(is_gone_soon(orphan_of_killed_run("trap '' TERM; ")));
}

TEST(Run, PutsSignalHandlersBack) {
  ASSERT_OK(run(shell("true")));
  struct sigaction now{};
  ASSERT_EQ(::sigaction(SIGTERM, nullptr, &now), 0);
  EXPECT_EQ(now.sa_handler, SIG_DFL);
}

TEST(ReplaceProcess, BecomesTheProgram) {
  const pid_t child = ::fork();
  if (child == 0) {
    [[maybe_unused]] const auto error = replace_process(shell("exit 7"));
    ::_exit(1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(WEXITSTATUS(status), 7);
}

TEST(ReplaceProcess, ComesBackWithTheReason) {
  const auto error = replace_process({.argv = {"/no/such/program"}});
  EXPECT_EQ(error.kind(), ErrorKind::not_found);
  EXPECT_THAT(error.message(), HasSubstr("/no/such/program"));
}

TEST(FindProgram, FindsInPathAndByPath) {
  EXPECT_EQ(find_program("/bin/sh")->string(), "/bin/sh");
  ASSERT_TRUE(find_program("sh"));
  EXPECT_TRUE(find_program("sh")->is_absolute());
}

TEST(FindProgram, DoesNotTakeFoldersOrPlainFiles) {
  EXPECT_FALSE(find_program("no-such-program-of-xaas"));
  EXPECT_FALSE(find_program("/usr/bin"));
  EXPECT_FALSE(find_program("/etc/passwd"));
  EXPECT_FALSE(find_program(""));
}

TEST(OwnExecutable, IsThisTest) {
  const auto path = own_executable();
  ASSERT_OK(path);
  EXPECT_EQ(path->filename(), "support_test");
}

TEST(ShellQuoted, QuotesOnlyWhatMustBe) {
  EXPECT_EQ(shell_quoted({"cc", "-O2", "-DA=b", "a b", "it's", ""}),
            "cc -O2 -DA=b 'a b' 'it'\\''s' ''");
}

TEST(ShellQuoted, ComesBackThroughAShell) {
  const std::vector<std::string> words{"printf", "%s|", "a b", "it's", "$x `y` \\", "*", "", "~"};
  EXPECT_EQ(run(shell(shell_quoted(words)))->output, "a b|it's|$x `y` \\|*||~|");
}

}  // namespace
}  // namespace xaas
