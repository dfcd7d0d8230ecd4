// SPDX-License-Identifier: Apache-2.0
#include "xaas/support/diagnostics.hpp"

#include "expect.hpp"

#include "xaas/support/files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <stdexcept>
#include <thread>
#include <vector>

namespace xaas {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::internal::CaptureStderr;
using ::testing::internal::GetCapturedStderr;

TEST(Describe, SaysWhatWhereAndWhatToDo) {
  const auto error = fail(ErrorKind::not_found, "no entry `{}`", "x")
                         .with_code("image.no-entry")
                         .with_help("see `inspect`")
                         .while_doing("reading `a`")
                         .while_doing("planning `b`");
  EXPECT_EQ(describe(error, "prog"),
            "prog: error: no entry `x` [image.no-entry]\n"
            "  note: while reading `a`\n"
            "  note: while planning `b`\n"
            "  help: see `inspect`\n");
}

TEST(Describe, AsksForAReportOnlyWhenTheFaultIsOurs) {
  EXPECT_THAT(describe(fail(ErrorKind::internal, "x"), "p"), HasSubstr("diagnostics_test.cpp:"));
  EXPECT_EQ(describe(fail(ErrorKind::io, "x"), "p"), "p: error: x\n");
}

TEST(ExitCodeOf, FollowsTheTable) {
  const auto code = [](ErrorKind kind) { return exit_code_of(fail(kind, "x")); };
  EXPECT_EQ(code(ErrorKind::invalid_input), 1);
  EXPECT_EQ(code(ErrorKind::tool_failed), 1);
  EXPECT_EQ(code(ErrorKind::incompatible), 3);
  EXPECT_EQ(code(ErrorKind::mismatch), 4);
  EXPECT_EQ(code(ErrorKind::internal), 70);
  EXPECT_EQ(code(ErrorKind::build_failed), 1);
}

TEST(ExitCodeOf, PassesABuildsOwnCodeThrough) {
  EXPECT_EQ(exit_code_of(fail(ErrorKind::build_failed, "x").with_exit_code(77)), 77);
}

TEST(RunProgram, GivesTheBodysCode) {
  EXPECT_EQ(run_program("p", []() -> Result<int> { return 5; }), 5);
}

TEST(RunProgram, PrintsTheErrorItEndsWith) {
  CaptureStderr();
  const int code =
      run_program("p", []() -> Result<int> { return fail(ErrorKind::mismatch, "differs"); });
  EXPECT_EQ(GetCapturedStderr(), "p: error: differs\n");
  EXPECT_EQ(code, 4);
}

TEST(RunProgram, TurnsAnExceptionIntoSeventy) {
  CaptureStderr();
  const int code = run_program("p", []() -> Result<int> { throw std::runtime_error{"boom"}; });
  EXPECT_THAT(GetCapturedStderr(), HasSubstr("unexpected exception: boom"));
  EXPECT_EQ(code, 70);
}

TEST(RunProgram, CallsALackOfMemoryNoFaultOfItsOwn) {
  CaptureStderr();
  EXPECT_EQ(run_program("p", []() -> Result<int> { throw std::bad_alloc(); }), 1);
  EXPECT_THAT(GetCapturedStderr(), HasSubstr("[support.memory]"));
}

TEST(RunProgram, DoesNotSucceedWhenItsOutputIsLost) {
  std::fflush(stdout);
  const int kept = ::dup(STDOUT_FILENO);
  const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  ASSERT_TRUE(kept >= 0 && full >= 0);
  ::dup2(full, STDOUT_FILENO);
  CaptureStderr();
  const int code = run_program("p", []() -> Result<int> {
    std::fputs("result", stdout);
    return 0;
  });
  ::dup2(kept, STDOUT_FILENO);
  std::clearerr(stdout);
  ::close(kept);
  ::close(full);
  EXPECT_THAT(GetCapturedStderr(), HasSubstr("[support.stdout]"));
  EXPECT_EQ(code, 1);
}

TEST(RunProgram, PrintsResultsBeforeTheErrorIntoOneFile) {
  std::fflush(stdout);
  const int kept = ::dup(STDOUT_FILENO);
  ASSERT_GE(kept, 0);
  CaptureStderr();
  ::dup2(STDERR_FILENO, STDOUT_FILENO);
  run_program("p", []() -> Result<int> {
    std::fputs("result\n", stdout);
    return fail(ErrorKind::io, "x");
  });
  std::fflush(stdout);
  ::dup2(kept, STDOUT_FILENO);
  ::close(kept);
  EXPECT_EQ(GetCapturedStderr(), "result\np: error: x\n");
}

TEST(NearNames, GivesTheNearestFirst) {
  EXPECT_THAT(near_names("znver5", {"znver1", "skylake", "znver55", "znver4", "znver3"}),
              ElementsAre("znver1", "znver3", "znver4"));
  EXPECT_THAT(near_names("skylak", {"skylake-avx512", "skylake"}), ElementsAre("skylake"));
}

TEST(NearNames, TakesSwappedLettersForOneMistake) {
  EXPECT_THAT(near_names("knid", {"kind"}), ElementsAre("kind"));
  EXPECT_THAT(near_names("dnik", {"kind"}), IsEmpty());
}

TEST(NearNames, GivesWhatBeginsSoWhereNothingIsNear) {
  EXPECT_THAT(near_names("lumi", {"aurora", "lumi-gpu", "lumi-c"}),
              ElementsAre("lumi-c", "lumi-gpu"));
  EXPECT_THAT(near_names("lu", {"lumi-gpu"}), IsEmpty());
}

TEST(NearNames, GivesNothingThatIsFar) {
  EXPECT_THAT(near_names("abcdef", {"xyzdef", "q", ""}), IsEmpty());
  EXPECT_THAT(near_names("", {"a", "b"}), IsEmpty());
}

TEST(HumanBytes, UsesUnitsOfAThousand) {
  EXPECT_EQ(human_bytes(0), "0 B");
  EXPECT_EQ(human_bytes(999), "999 B");
  EXPECT_EQ(human_bytes(1000), "1.0 kB");
  EXPECT_EQ(human_bytes(9'940), "9.9 kB");
  EXPECT_EQ(human_bytes(9'960), "10 kB");
  EXPECT_EQ(human_bytes(999'600), "1.0 MB");
  EXPECT_EQ(human_bytes(155'000'000), "155 MB");
  EXPECT_EQ(human_bytes(UINT64_MAX), "18 EB");
}

TEST(HumanSeconds, ChangesUnitsBeforeRounding) {
  EXPECT_EQ(human_seconds(0.412), "0.41 s");
  EXPECT_EQ(human_seconds(9.996), "10.0 s");
  EXPECT_EQ(human_seconds(59.96), "1 min 0 s");
  EXPECT_EQ(human_seconds(192), "3 min 12 s");
  EXPECT_EQ(human_seconds(3660), "1 h 1 min");
}

TEST(Progress, SaysOneLinePerStageWhereNobodyWatches) {
  CaptureStderr();
  {
    Progress progress{"p", Progress::Style::automatic};
    progress.stage("building", 2);
    progress.step("a.c");
    progress.step("b.c");
    progress.stage("packing");
    progress.say(Progress::Level::note, "noted");
    progress.finish();
  }
  EXPECT_EQ(GetCapturedStderr(), "p: building [0/2]\np: packing\np: note: noted\n");
}

TEST(Progress, SaysOnlyWarningsWhenQuiet) {
  CaptureStderr();
  {
    Progress progress{"p", Progress::Style::quiet};
    progress.stage("building", 2);
    progress.step("a.c");
    progress.say(Progress::Level::note, "noted");
    progress.say(Progress::Level::warning, "beware");
  }
  EXPECT_EQ(GetCapturedStderr(), "p: warning: beware\n");
}

TEST(Progress, AppendsEventsAlsoWhenQuiet) {
  const auto folder = TemporaryFolder::make();
  ASSERT_OK(folder);
  const auto path = folder->path() / "events";
  ASSERT_OK(write_file(path, "{}\n"));
  Progress progress{"p", Progress::Style::quiet};
  ASSERT_OK(progress.write_events_to(path));
  progress.stage("building", 2);
  progress.step("a\xff.c");
  progress.say(Progress::Level::note, "noted");
  EXPECT_EQ(*read_file(path),
            "{}\n"
            R"({"event":"stage","title":"building","total":2})"
            "\n"
            R"({"event":"step","title":"building","done":1,"total":2,"item":"a)"
            "\xEF\xBF\xBD"
            R"(.c"})"
            "\n"
            R"({"event":"note","text":"noted"})"
            "\n");
}

TEST(Progress, SaysThatEventsCannotBeWritten) {
  Progress progress{"p", Progress::Style::quiet};
  EXPECT_FALSE(progress.write_events_to("/no/such/folder/events"));
}

TEST(Progress, CountsWhatSeveralThreadsDo) {
  const auto folder = TemporaryFolder::make();
  ASSERT_OK(folder);
  const auto path = folder->path() / "events";
  Progress progress{"p", Progress::Style::quiet};
  ASSERT_OK(progress.write_events_to(path));
  progress.stage("building", 400);
  {
    std::vector<std::jthread> threads;
    threads.reserve(4);
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&progress] {
        for (int step = 0; step < 100; ++step) progress.step();
      });
    }
  }
  EXPECT_THAT(*read_file(path), HasSubstr("\"done\":400,"));
}

/// What a terminal gets; empty where there are none (a root without /dev/pts).
std::optional<std::string> seen_on_terminal(const std::function<void(Progress&)>& work) {
  const int terminal = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (terminal < 0) return std::nullopt;
  EXPECT_EQ(::grantpt(terminal) + ::unlockpt(terminal), 0);
  // NOLINTBEGIN(concurrency-mt-unsafe): this test has one thread
  const int screen = ::open(::ptsname(terminal), O_RDWR | O_NOCTTY | O_CLOEXEC);
  ::setenv("TERM", "xterm", 1);
  // NOLINTEND(concurrency-mt-unsafe)
  const int kept = ::dup(STDERR_FILENO);
  if (screen < 0 || kept < 0) return std::nullopt;
  ::dup2(screen, STDERR_FILENO);
  {
    Progress progress{"p", Progress::Style::automatic};
    work(progress);
  }
  ::dup2(kept, STDERR_FILENO);
  for (const int file : {screen, kept}) ::close(file);
  // What was written comes in pieces, then EIO: nobody has the other side open any more.
  std::string seen;
  std::array<char, 4096> block{};
  for (ssize_t got = 0; (got = ::read(terminal, block.data(), block.size())) > 0;)
    seen.append(block.data(), static_cast<std::size_t>(got));
  ::close(terminal);
  return seen;
}

TEST(Progress, KeepsOneLiveLineOnATerminal) {
  const auto seen = seen_on_terminal([](Progress& progress) {
    progress.stage("building", 2);
    progress.say(Progress::Level::note, "noted");
  });
  if (!seen) GTEST_SKIP() << "there are no terminals here";
  EXPECT_EQ(*seen,
            "\r\033[Kp: building [0/2]\r\033[Kp: note: noted\r\n"
            "\r\033[Kp: building [0/2]\r\033[K");
}

TEST(Progress, CutsTheLiveLineAtTheTerminalsWidth) {
  const auto seen = seen_on_terminal([](Progress& progress) {
    progress.stage(std::string(75, 'x') + "\xC3\xA4\xC3\xA4\xC3\xA4");
  });
  if (!seen) GTEST_SKIP() << "there are no terminals here";
  EXPECT_EQ(*seen, "\r\033[Kp: " + std::string(75, 'x') + "\r\033[K");
}

}  // namespace
}  // namespace xaas
