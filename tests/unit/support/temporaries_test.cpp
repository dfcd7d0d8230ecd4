// SPDX-License-Identifier: Apache-2.0
#include "expect.hpp"

#include "xaas/support/files.hpp"

#include <gtest/gtest.h>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>

namespace xaas {
namespace {

namespace fs = std::filesystem;

/// Makes a temporary folder in a process that ends without cleaning up, as a killed one does.
void leave_temporary_in(const fs::path& parent) {
  const pid_t child = ::fork();
  if (child == 0) {
    auto made = TemporaryFolder::make(parent);
    if (made) (void)write_file(made->path() / "d/f", "left");
    ::_exit(made ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_EQ(status, 0);
}

std::size_t entries_in(const fs::path& folder) {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator{folder}, fs::directory_iterator{}));
}

TEST(TemporaryFolder, GoesWithEverythingInIt) {
  fs::path path;
  {
    const auto folder = TemporaryFolder::make();
    ASSERT_OK(folder);
    path = folder->path();
    ASSERT_OK(write_file(path / "a/b", "x"));
    fs::permissions(path / "a", fs::perms::owner_read | fs::perms::owner_exec);
    EXPECT_TRUE(path.filename().string().starts_with(".xaas-tmp-"));
  }
  EXPECT_FALSE(fs::exists(path));
}

TEST(TemporaryFolder, DoesNotFollowLinksWhenItGoes) {
  const auto outer = TemporaryFolder::make();
  ASSERT_OK(outer);
  ASSERT_OK(write_file(outer->path() / "kept/f", "x"));
  {
    const auto inner = TemporaryFolder::make(outer->path());
    ASSERT_OK(inner);
    fs::create_directory_symlink(outer->path() / "kept", inner->path() / "link");
  }
  EXPECT_TRUE(fs::exists(outer->path() / "kept/f"));
}

TEST(TemporaryFolder, GoesWithMoreFoldersInOneAnotherThanFilesMayBeOpen) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit few = before;
  few.rlim_cur = 40;
  fs::path path;
  {
    const auto folder = TemporaryFolder::make();
    ASSERT_OK(folder);
    path = folder->path();
    fs::path deep = path;
    for (int i = 0; i < 100; ++i) deep /= "d";
    ASSERT_OK(write_file(deep / "file", "x"));
    ASSERT_OK(write_file(path / "d" / "d" / "other" / "file", "x"));
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &few), 0);
  }
  EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_FALSE(fs::exists(path));
}

TEST(TemporaryFolder, MakesItsParent) {
  const auto outer = TemporaryFolder::make();
  ASSERT_OK(outer);
  const auto inner = TemporaryFolder::make(outer->path() / "a/b");
  ASSERT_OK(inner);
  EXPECT_EQ(inner->path().parent_path(), outer->path() / "a/b");
}

TEST(TemporaryFolder, StaysWhenReleasedOrMoved) {
  const auto outer = TemporaryFolder::make();
  ASSERT_OK(outer);
  fs::path kept;
  {
    auto inner = TemporaryFolder::make(outer->path());
    ASSERT_OK(inner);
    auto moved = std::move(*inner);
    kept = moved.release();
  }
  EXPECT_TRUE(fs::is_directory(kept));
}

TEST(TemporaryFolder, IsNeverTheSameTwice) {
  const auto one = TemporaryFolder::make();
  const auto two = TemporaryFolder::make();
  ASSERT_OK(one);
  ASSERT_OK(two);
  EXPECT_NE(one->path(), two->path());
}

TEST(TemporaryFolder, BelowAFileIsAnError) {
  EXPECT_FALSE(TemporaryFolder::make("/dev/null/x"));
}

TEST(RemoveStaleTemporaries, RemovesWhatAKilledProcessLeft) {
  const auto outer = TemporaryFolder::make();
  ASSERT_OK(outer);
  leave_temporary_in(outer->path());
  ASSERT_EQ(entries_in(outer->path()), 1U);
  remove_stale_temporaries(outer->path());
  EXPECT_EQ(entries_in(outer->path()), 0U);
}

/// An init that is slow to look after orphans leaves their numbers in use.
TEST(RemoveStaleTemporaries, TakesAProcessThatHasEndedForGone) {
  const auto outer = TemporaryFolder::make();
  ASSERT_OK(outer);
  const pid_t child = ::fork();
  if (child == 0) {
    auto made = TemporaryFolder::make(outer->path());
    ::_exit(made ? 0 : 1);
  }
  siginfo_t ended{};
  ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOWAIT), 0);
  ASSERT_EQ(entries_in(outer->path()), 1U);
  remove_stale_temporaries(outer->path());
  EXPECT_EQ(entries_in(outer->path()), 0U);
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
}

TEST(RemoveStaleTemporaries, LeavesWhatALivingProcessUses) {
  const auto outer = TemporaryFolder::make();
  ASSERT_OK(outer);
  const auto inner = TemporaryFolder::make(outer->path());
  ASSERT_OK(inner);
  remove_stale_temporaries(outer->path());
  EXPECT_TRUE(fs::exists(inner->path()));
}

TEST(RemoveStaleTemporaries, KnowsANumberThatIsUsedAgain) {
  const auto outer = TemporaryFolder::make();
  ASSERT_OK(outer);
  auto inner = TemporaryFolder::make(outer->path());
  ASSERT_OK(inner);
  // Our own number, but a process that started at another time.
  auto name = inner->path().filename().string();
  const auto counter = name.rfind('-');
  const auto start = name.rfind('-', counter - 1);
  name.replace(start + 1, counter - start - 1, "1");
  fs::rename(inner->path(), outer->path() / name);
  inner->release();
  remove_stale_temporaries(outer->path());
  EXPECT_EQ(entries_in(outer->path()), 0U);
}

TEST(RemoveStaleTemporaries, LeavesAnotherMachinesUntilTheyAreOld) {
  const auto outer = TemporaryFolder::make();
  ASSERT_OK(outer);
  const auto foreign = outer->path() / ".xaas-tmp-00000000-1-1-0";
  fs::create_directory(foreign);
  remove_stale_temporaries(outer->path());
  EXPECT_TRUE(fs::exists(foreign));
  fs::last_write_time(foreign, fs::file_time_type::clock::now() - std::chrono::days{8});
  remove_stale_temporaries(outer->path());
  EXPECT_FALSE(fs::exists(foreign));
}

TEST(RemoveStaleTemporaries, LeavesEverythingElse) {
  const auto outer = TemporaryFolder::make();
  ASSERT_OK(outer);
  for (const auto* name : {"f", ".xaas-tmp-", ".xaas-tmp-x-y-z-0", ".xaas-tmp"})
    ASSERT_OK(write_file(outer->path() / name, ""));
  remove_stale_temporaries(outer->path());
  remove_stale_temporaries(outer->path() / "none");
  EXPECT_EQ(entries_in(outer->path()), 4U);
}

}  // namespace
}  // namespace xaas
