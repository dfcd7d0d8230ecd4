// SPDX-License-Identifier: Apache-2.0
#include "xaas/support/files.hpp"

#include "expect.hpp"

#include "xaas/support/process.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <ctime>
#include <thread>

namespace xaas {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Files : public ::testing::Test {
 protected:
  void SetUp() override {
    auto made = TemporaryFolder::make();
    ASSERT_OK(made);
    folder_ = std::move(*made);
  }
  [[nodiscard]] fs::path at(const char* name) const { return folder_->path() / name; }
  void write(const char* name, std::string_view bytes, unsigned mode = 0644) const {
    ASSERT_OK(write_file(at(name), bytes, mode));
  }
  static struct stat facts_of(const fs::path& path) {
    struct stat facts{};
    EXPECT_EQ(::lstat(path.c_str(), &facts), 0) << path;
    return facts;
  }

 private:
  std::optional<TemporaryFolder> folder_;
};

TEST_F(Files, RoundTripWithEveryByte) {
  std::string bytes;
  for (int i = 0; i < 100'000; ++i) bytes += static_cast<char>(i % 256);
  write("f", bytes);
  EXPECT_EQ(*read_file(at("f")), bytes);
}

TEST_F(Files, PathInRootFollowsLinksAsAProcessInItWould) {
  write("root/opt/lib/libx.so.1", "x");
  const fs::path root = at("root");
  fs::create_symlink("/opt/lib", root / "lib");                // absolute: from the root
  fs::create_symlink("/lib/libx.so.1", root / "opt/libx.so");  // through another link
  fs::create_symlink("../../../etc", root / "opt/up");         // above the root: the root
  fs::create_symlink("round", root / "round");
  EXPECT_EQ(*path_in_root(root, "/opt/libx.so"), root / "opt/lib/libx.so.1");
  EXPECT_EQ(*path_in_root(root, "lib/libx.so.1"), root / "opt/lib/libx.so.1");
  EXPECT_EQ(*path_in_root(root, "/opt/up/passwd"), root / "etc/passwd");
  EXPECT_EQ(*path_in_root(root, "/opt/lib/../absent/"), root / "opt/absent/");
  EXPECT_EQ(path_in_root(root, "/round").error().code(), "file.link-loop");
}

TEST_F(Files, ReadsAnEmptyFile) {
  write("f", "");
  EXPECT_EQ(*read_file(at("f")), "");
}

TEST_F(Files, ReadsFilesThatSayTheyAreEmpty) {
  const auto text = read_file("/proc/self/status");
  ASSERT_OK(text);
  EXPECT_THAT(*text, HasSubstr("Pid:"));
}

TEST_F(Files, TellsAbsentFromUnreadable) {
  EXPECT_EQ(read_file(at("none")).error().kind(), ErrorKind::not_found);
  EXPECT_EQ(read_file(at("")).error().kind(), ErrorKind::io);
  EXPECT_THAT(read_file(at("none")).error().message(), HasSubstr("none"));
}

TEST_F(Files, ReadsWhatComesOutOfAPipe) {
  ASSERT_EQ(::mkfifo(at("pipe").c_str(), 0600), 0);
  // Open for both, so that it is there before the reader looks.
  const int held = ::open(at("pipe").c_str(), O_RDWR);
  std::jthread writer([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
    EXPECT_EQ(::write(held, "bytes", 5), 5);
    ::close(held);
  });
  EXPECT_EQ(read_file(at("pipe")).value_or("nothing"), "bytes");
}

TEST_F(Files, DoesNotWaitForAPipeThatNobodyWritesTo) {
  ASSERT_EQ(::mkfifo(at("pipe").c_str(), 0600), 0);
  EXPECT_EQ(read_file(at("pipe")).value_or("an error"), "");
}

TEST_F(Files, RefusesToReadADevice) {
  EXPECT_EQ(read_file("/dev/zero").error().code(), "support.not-regular");
}

TEST_F(Files, RefusesAFileThatIsLargerThanItsKindCanBe) {
  ASSERT_OK(write_file(at("a"), "12345"));
  EXPECT_OK(read_file(at("a"), 5));
  EXPECT_EQ(read_file(at("a"), 4).error().code(), "file.too-large");
  std::filesystem::resize_file(at("a"), std::uintmax_t{1} << 40);
  EXPECT_EQ(read_file(at("a")).error().code(), "file.too-large");
}

TEST_F(Files, WriteMakesParentsAndSetsTheModeWhateverTheUmask) {
  const auto before = ::umask(077);
  write("a/b/f", "x", 0755);
  ::umask(before);
  EXPECT_EQ(facts_of(at("a/b/f")).st_mode & 07777U, 0755U);
}

TEST_F(Files, WriteReplacesAndLeavesNothingBeside) {
  write("f", "old");
  write("f", "new");
  EXPECT_EQ(*read_file(at("f")), "new");
  EXPECT_THAT(*list_tree(at("")), ElementsAre("f"));
}

TEST_F(Files, WriteReplacesALinkNotWhatItPointsTo) {
  write("target", "kept");
  fs::create_symlink("target", at("link"));
  write("link", "new");
  EXPECT_EQ(*read_file(at("target")), "kept");
  EXPECT_FALSE(fs::is_symlink(at("link")));
}

TEST_F(Files, WriteThatFailsLeavesNothing) {
  ASSERT_TRUE(fs::create_directories(at("d/full")));
  write("d/full/x", "");
  EXPECT_FALSE(write_file(at("d/full"), "bytes"));
  EXPECT_THAT(*list_tree(at("d")), ElementsAre("full/x"));
}

TEST_F(Files, WriteBelowAFileIsAnError) {
  write("f", "");
  EXPECT_FALSE(write_file(at("f/g"), "x"));
}

TEST_F(Files, CopyKeepsBytesModeAndTimes) {
  const std::string bytes(3'000'000, 'y');
  write("from", bytes, 0750);
  const timespec old[2] = {{1'000'000, 5}, {2'000'000, 7}};
  ASSERT_EQ(::utimensat(AT_FDCWD, at("from").c_str(), old, 0), 0);
  ASSERT_OK(xaas::copy_file(at("from"), at("to")));
  EXPECT_EQ(*read_file(at("to")), bytes);
  const auto facts = facts_of(at("to"));
  EXPECT_EQ(facts.st_mode & 07777U, 0750U);
  EXPECT_EQ(facts.st_mtim.tv_sec, 2'000'000);
  EXPECT_EQ(facts.st_mtim.tv_nsec, 7);
}

TEST_F(Files, CopyTakesFilesThatSayTheyAreEmpty) {
  ASSERT_OK(xaas::copy_file("/proc/self/status", at("to")));
  EXPECT_THAT(*read_file(at("to")), HasSubstr("Pid:"));
}

TEST_F(Files, CopyReplacesAProgramThatRuns) {
  ASSERT_OK(xaas::copy_file("/bin/true", at("program")));
  const int running = ::open(at("program").c_str(), O_RDONLY | O_CLOEXEC);
  ASSERT_GE(running, 0);
  ASSERT_OK(xaas::copy_file("/bin/false", at("program")));
  ::close(running);
  EXPECT_EQ(run({.argv = {at("program")}})->exit_code, 1);
}

TEST_F(Files, CopyRefusesAPipeInsteadOfWaiting) {
  ASSERT_EQ(::mkfifo(at("pipe").c_str(), 0600), 0);
  const auto status = xaas::copy_file(at("pipe"), at("to"));
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code(), "support.not-regular");
}

TEST_F(Files, CopyTreeKeepsLinksModesEmptyFoldersAndTimes) {
  write("from/sub/f", "1", 0755);
  ASSERT_TRUE(fs::create_directory(at("from/empty")));
  fs::create_symlink("nowhere", at("from/broken"));
  fs::create_symlink("sub", at("from/link"));
  const timespec old[2] = {{1, 0}, {2, 0}};
  ASSERT_EQ(::utimensat(AT_FDCWD, at("from/sub").c_str(), old, 0), 0);
  ASSERT_OK(copy_tree(at("from"), at("to")));
  EXPECT_THAT(*list_tree(at("to")), ElementsAre("broken", "empty", "link", "sub/f"));
  EXPECT_EQ(fs::read_symlink(at("to/link")), "sub");
  EXPECT_EQ(facts_of(at("to/sub/f")).st_mode & 0777U, 0755U);
  EXPECT_EQ(facts_of(at("to/sub")).st_mtim.tv_sec, 2);
}

TEST_F(Files, CopyTreeAddsToWhatIsThere) {
  write("from/f", "new");
  fs::create_symlink("new", at("from/link"));
  write("to/f", "old");
  write("to/g", "kept");
  fs::create_symlink("old", at("to/link"));
  ASSERT_OK(copy_tree(at("from"), at("to")));
  EXPECT_EQ(*read_file(at("to/f")), "new");
  EXPECT_EQ(*read_file(at("to/g")), "kept");
  EXPECT_EQ(fs::read_symlink(at("to/link")), "new");
}

TEST_F(Files, CopyTreeFillsFoldersThatCannotBeWritten) {
  write("from/locked/f", "1");
  fs::permissions(at("from/locked"), fs::perms::owner_read | fs::perms::owner_exec);
  ASSERT_OK(copy_tree(at("from"), at("to")));
  EXPECT_EQ(*read_file(at("to/locked/f")), "1");
  EXPECT_EQ(facts_of(at("to/locked")).st_mode & 0777U, 0500U);
}

TEST_F(Files, CopyTreeNamesASpecialFile) {
  write("from/f", "");
  ASSERT_EQ(::mkfifo(at("from/pipe").c_str(), 0600), 0);
  const auto status = copy_tree(at("from"), at("to"));
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code(), "support.special-file");
  EXPECT_THAT(status.error().message(), HasSubstr("from/pipe"));
}

TEST_F(Files, CopyTreeIntoItselfIsRefused) {
  write("from/f", "");
  EXPECT_EQ(copy_tree(at("from"), at("from/sub/to")).error().code(), "support.copy-into-itself");
  EXPECT_EQ(copy_tree(at("from"), at("from")).error().code(), "support.copy-into-itself");
  EXPECT_OK(copy_tree(at("from"), at("from-not-inside")));
}

TEST_F(Files, CopyTreeOfAFileOrOfNothingIsAnError) {
  write("f", "");
  EXPECT_FALSE(copy_tree(at("f"), at("to")));
  EXPECT_EQ(copy_tree(at("none"), at("to")).error().kind(), ErrorKind::not_found);
}

TEST_F(Files, ListIsSortedByBytesAndFollowsNoLink) {
  write("t/b/x", "");
  write("t/b-a", "");
  write("t/B", "");
  ASSERT_TRUE(fs::create_directory(at("t/e")));
  fs::create_directory_symlink(".", at("t/loop"));
  EXPECT_THAT(*list_tree(at("t")), ElementsAre("B", "b-a", "b/x", "e", "loop"));
}

TEST_F(Files, ListOfAnEmptyFolderIsEmpty) {
  ASSERT_TRUE(fs::create_directory(at("d")));
  EXPECT_TRUE(list_tree(at("d"))->empty());
  EXPECT_EQ(list_tree(at("none")).error().kind(), ErrorKind::not_found);
}

TEST_F(Files, MakeFoldersTakesWhatIsThere) {
  ASSERT_OK(make_folders(at("a/b/c")));
  ASSERT_OK(make_folders(at("a/b/c")));
  write("f", "");
  EXPECT_FALSE(make_folders(at("f/x")));
}

TEST_F(Files, TellsWhetherSomethingCanBeMade) {
  EXPECT_OK(check_can_make(at("new")));
  EXPECT_OK(check_can_make(at("new") / "and" / "deep"));
  EXPECT_OK(check_can_make("relative/new"));
  write("file", "x");
  EXPECT_EQ(check_can_make(at("file") / "below").error().code(), "file.missing");
  EXPECT_THAT(check_can_make(at(std::string(300, 'x').c_str())).error().message(),
              HasSubstr("File name too long"));
}

TEST_F(Files, LockKeepsAnotherHolderOut) {
  auto held = FileLock::try_lock(at("locks/l"));
  ASSERT_OK(held);
  ASSERT_TRUE(held->has_value());
  const auto second = FileLock::try_lock(at("locks/l"));
  ASSERT_OK(second);
  EXPECT_FALSE(second->has_value());
  held->reset();
  EXPECT_TRUE(FileLock::try_lock(at("locks/l"))->has_value());
}

TEST_F(Files, LockKnowsWhetherItsFileIsStillThere) {
  const auto held = FileLock::try_lock(at("l"));
  ASSERT_TRUE(held && *held);
  EXPECT_TRUE((*held)->is_on(at("l")));
  std::filesystem::remove(at("l"));
  EXPECT_FALSE((*held)->is_on(at("l")));
  const auto next = FileLock::try_lock(at("l"));
  ASSERT_TRUE(next && *next);
  EXPECT_FALSE((*held)->is_on(at("l")));
}

TEST_F(Files, LockKeepsAnotherProcessOut) {
  auto held = FileLock::try_lock(at("l"));
  ASSERT_OK(held);
  const Command probe{.argv = {"flock", "-n", at("l"), "true"}};
  EXPECT_NE(run(probe)->exit_code, 0);
  held->reset();
  EXPECT_EQ(run(probe)->exit_code, 0);
}

}  // namespace
}  // namespace xaas
