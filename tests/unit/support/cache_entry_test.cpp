// SPDX-License-Identifier: Apache-2.0
#include "xaas/support/cache_entry.hpp"

#include "expect.hpp"

#include "xaas/support/files.hpp"

#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <string>

namespace xaas {
namespace {

using State = CacheEntry::State;

class CacheEntries : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK(folder_);
    file_ = folder_->path() / "part" / "entry";
    EXPECT_OK(write_cache_entry(file_, content_));
  }
  /// What is wrong with the entry once its file holds `bytes`.
  std::string damage_with(const std::string& bytes) {
    EXPECT_OK(write_file(file_, bytes, 0600));
    const auto entry = read_cache_entry(file_);
    EXPECT_EQ(entry.state, State::damaged);
    EXPECT_EQ(entry.content, "");
    return entry.damage;
  }

  Result<TemporaryFolder> folder_ = TemporaryFolder::make();
  std::filesystem::path file_;
  std::string content_ = std::string("a\0b\n", 4) + std::string(10000, 'c');
};

TEST_F(CacheEntries, AreReadAsTheyWereWritten) {
  const auto entry = read_cache_entry(file_);
  EXPECT_EQ(entry.state, State::whole);
  EXPECT_EQ(entry.content, content_);
  ASSERT_OK(write_cache_entry(file_, ""));
  EXPECT_EQ(read_cache_entry(file_).state, State::whole);
  EXPECT_EQ(read_cache_entry(file_).content, "");
}

TEST_F(CacheEntries, AreAbsentWhereNothingIs) {
  EXPECT_EQ(read_cache_entry(folder_->path() / "none").state, State::absent);
  EXPECT_EQ(read_cache_entry(folder_->path() / "no/folder").state, State::absent);
}

TEST_F(CacheEntries, AreDamagedByOneBitAnywhere) {
  const auto whole = read_file(file_);
  ASSERT_OK(whole);
  for (const std::size_t at : {std::size_t{0}, content_.size() - 1, content_.size(),
                               whole->size() - 40, whole->size() - 1}) {
    auto bytes = *whole;
    bytes[at] = static_cast<char>(bytes[at] ^ 0x10);
    EXPECT_EQ(damage_with(bytes), "its digest is another") << at;
  }
}

TEST_F(CacheEntries, AreDamagedByACutAndByMore) {
  const auto whole = read_file(file_);
  ASSERT_OK(whole);
  EXPECT_EQ(damage_with(whole->substr(0, 60)), "it is cut short");
  EXPECT_EQ(damage_with(""), "it is cut short");
  EXPECT_EQ(damage_with(whole->substr(0, 5000)), "its digest is another");
  EXPECT_EQ(damage_with(whole->substr(1)), "its digest is another");
  EXPECT_EQ(damage_with(*whole + "x"), "its digest is another");
}

TEST_F(CacheEntries, AreDamagedUnderAnotherName) {
  const auto other = file_.parent_path() / "other";
  std::filesystem::rename(file_, other);
  EXPECT_EQ(read_cache_entry(other).damage, "its digest is another");
}

TEST_F(CacheEntries, AreNotTrustedWhereOthersMayHaveWritten) {
  ASSERT_EQ(::chmod(file_.c_str(), 0660), 0);
  EXPECT_EQ(read_cache_entry(file_).damage, "others may write to it");
  ASSERT_EQ(::chmod(file_.c_str(), 0644), 0);
  EXPECT_EQ(read_cache_entry(file_).state, State::whole);
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give files away";
  ASSERT_EQ(::chown(file_.c_str(), 12345, 12345), 0);
  EXPECT_EQ(read_cache_entry(file_).damage, "it belongs to user 12345");
}

TEST_F(CacheEntries, AreRegularFiles) {
  const auto link = file_.parent_path() / "link";
  std::filesystem::create_symlink(file_, link);
  EXPECT_EQ(read_cache_entry(link).state, State::damaged);
  EXPECT_EQ(read_cache_entry(file_.parent_path()).damage, "it is no regular file");
  const auto pipe = file_.parent_path() / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(read_cache_entry(pipe).damage, "it is no regular file");
}

TEST_F(CacheEntries, SayWhenTheyWereUsed) {
  const auto now = std::filesystem::file_time_type::clock::now();
  const auto age = [&] { return now - std::filesystem::last_write_time(file_); };
  std::filesystem::last_write_time(file_, now - std::chrono::hours{5});
  EXPECT_EQ(read_cache_entry(file_).state, State::whole);
  EXPECT_GT(age(), std::chrono::hours{4}) << "a day is exact enough";
  std::filesystem::last_write_time(file_, now - std::chrono::days{5});
  EXPECT_EQ(read_cache_entry(file_).state, State::whole);
  EXPECT_LT(age(), std::chrono::hours{1});
}

TEST(CacheNotes, AddUp) {
  CacheNotes notes;
  notes.add({.damaged = {"a"}, .problem = {}});
  notes.add({.damaged = {"b"}, .problem = "full"});
  notes.add({.damaged = {}, .problem = "fuller"});
  EXPECT_EQ(notes, (CacheNotes{.damaged = {"a", "b"}, .problem = "full"}));
}

}  // namespace
}  // namespace xaas
