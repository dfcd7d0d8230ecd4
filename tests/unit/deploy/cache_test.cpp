// SPDX-License-Identifier: Apache-2.0
#include "cache/cache_command.hpp"
#include "cache/cache_contents.hpp"
#include "cache/cache_folder.hpp"

#include "xaas/support/cache_entry.hpp"
#include "xaas/support/files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace xaas {
namespace {

namespace fs = std::filesystem;
using std::chrono::hours;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ItemsToPrune : public ::testing::Test {
 protected:
  /// Names of what goes, of items `a`, `b`, `c` of 10, 20 and 30 bytes, unused for 3, 1 and 2
  /// hours.
  std::vector<std::string> pruned(const PruneLimits& limits) const {
    const auto item = [&](const char* name, std::uint64_t bytes, int age) {
      return CacheItem{.part = "p", .file = name, .bytes = bytes, .used = now_ - hours(age)};
    };
    std::vector<std::string> names;
    for (const auto& gone :
         items_to_prune({item("a", 10, 3), item("b", 20, 1), item("c", 30, 2)}, limits, now_))
      names.push_back(gone.file.string());
    return names;
  }
  fs::file_time_type now_ = fs::file_time_type::clock::now();
};

TEST_F(ItemsToPrune, AreNoneWithoutLimits) {
  EXPECT_THAT(pruned({}), IsEmpty());
}

TEST_F(ItemsToPrune, AreTheLongestUnused) {
  EXPECT_THAT(pruned({.bytes = {}, .unused = hours(2)}), ElementsAre("a", "c"));
  EXPECT_THAT(pruned({.bytes = {}, .unused = seconds(0)}), ElementsAre("a", "c", "b"));
}

TEST_F(ItemsToPrune, LeaveWhatFits) {
  EXPECT_THAT(pruned({.bytes = 60, .unused = {}}), IsEmpty());
  EXPECT_THAT(pruned({.bytes = 59, .unused = {}}), ElementsAre("a"));
  EXPECT_THAT(pruned({.bytes = 20, .unused = {}}), ElementsAre("a", "c"));
  EXPECT_THAT(pruned({.bytes = 0, .unused = {}}), ElementsAre("a", "c", "b"));
}

TEST_F(ItemsToPrune, AreThoseOfEitherLimit) {
  EXPECT_THAT(pruned({.bytes = 20, .unused = hours(3)}), ElementsAre("a", "c"));
}

class CacheFolder : public ::testing::Test {
 protected:
  std::string refusal() const {
    const auto own = own_cache(folder_);
    if (own) return "none: " + own->string();
    EXPECT_EQ(own.error().code(), "cache.not-ours");
    return own.error().message();
  }
  fs::path own() const {
    const auto found = own_cache(folder_);
    return found ? *found : fs::path(found.error().message());
  }
  static void touch(const fs::path& file) { EXPECT_TRUE(write_file(file, "").has_value()); }
  fs::path users() const { return folder_ / ("xaas-cache-" + std::to_string(::geteuid())); }

  TemporaryFolder temporary_ = *TemporaryFolder::make();
  fs::path folder_ = temporary_.path() / "cache";
};

TEST_F(CacheFolder, IsTheOneThatIsNotThereYet) {
  EXPECT_EQ(own(), folder_);
}

TEST_F(CacheFolder, IsOneThatIsEmptyOrHoldsWhatCachesHold) {
  fs::create_directory(folder_);
  EXPECT_EQ(own(), folder_);
  touch(folder_ / "thinlto" / "x");
  touch(folder_ / ".xaas-tmp-1-2-3-4");
  EXPECT_EQ(own(), folder_);
}

TEST_F(CacheFolder, HoldsNothingOfOthers) {
  touch(folder_ / "thesis.tex");
  EXPECT_THAT(refusal(), HasSubstr("holds other things"));
  // Many programs mark their caches.
  touch(folder_ / "CACHEDIR.TAG");
  EXPECT_THAT(refusal(), HasSubstr("holds other things"));
}

TEST_F(CacheFolder, IsAFolder) {
  touch(folder_);
  EXPECT_THAT(refusal(), HasSubstr("is no folder"));
  fs::remove(folder_);
  fs::create_symlink("nowhere", folder_);
  EXPECT_THAT(refusal(), HasSubstr("is a link that leads to nothing"));
  fs::remove(folder_);
  fs::create_symlink(temporary_.path(), folder_);
  EXPECT_THAT(refusal(), HasSubstr("holds other things"));
}

TEST_F(CacheFolder, IsTheUsersOwnWhereOthersMayWrite) {
  touch(folder_ / "of-somebody");
  ASSERT_EQ(::chmod(folder_.c_str(), 01777), 0);
  EXPECT_EQ(own(), users());
  ASSERT_EQ(::chmod(folder_.c_str(), 0775), 0);
  EXPECT_EQ(own(), users());
}

TEST_F(CacheFolder, TakesNothingThatWasPlantedThere) {
  fs::create_directories(users());
  ASSERT_EQ(::chmod(folder_.c_str(), 01777), 0);
  EXPECT_EQ(own(), users());
  ASSERT_EQ(::chmod(users().c_str(), 0770), 0);
  EXPECT_THAT(refusal(), HasSubstr("can be written by others"));
  fs::remove(users());
  fs::create_directory_symlink(temporary_.path(), users());
  EXPECT_THAT(refusal(), HasSubstr("is no folder"));
  fs::remove(users());
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give folders away";
  fs::create_directory(users());
  ASSERT_EQ(::chown(users().c_str(), 12345, 12345), 0);
  EXPECT_THAT(refusal(), HasSubstr("belongs to user 12345"));
}

class WantedCache : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"XAAS_CACHE", "XDG_CACHE_HOME", "HOME"}) unset(name);
  }
  void TearDown() override { set("HOME", home_); }
  static void set(const char* name, const std::string& value) {
    ::setenv(name, value.c_str(), 1);  // NOLINT(concurrency-mt-unsafe)
  }
  static void unset(const char* name) {
    ::unsetenv(name);  // NOLINT(concurrency-mt-unsafe)
  }
  static std::string wanted(const std::string& chosen, const SiteProfile& site) {
    const auto folder = wanted_cache(chosen, site);
    return folder ? folder->string() : folder.error().code();
  }
  // NOLINTNEXTLINE(concurrency-mt-unsafe)
  std::string home_ = std::getenv("HOME") == nullptr ? "/" : std::getenv("HOME");
};

TEST_F(WantedCache, IsTheFirstThatIsNamed) {
  const SiteProfile site{.cache = "/site"};
  EXPECT_EQ(wanted("", {}), "");
  set("HOME", "/home/ada");
  EXPECT_EQ(wanted("", {}), "/home/ada/.cache/xaas");
  set("XDG_CACHE_HOME", "relative");
  EXPECT_EQ(wanted("", {}), "/home/ada/.cache/xaas");
  set("XDG_CACHE_HOME", "/xdg");
  EXPECT_EQ(wanted("", {}), "/xdg/xaas");
  EXPECT_EQ(wanted("", site), "/site");
  set("XAAS_CACHE", "/variable");
  EXPECT_EQ(wanted("", site), "/variable");
  EXPECT_EQ(wanted("/option", site), "/option");
  set("XAAS_CACHE", "here");
  EXPECT_EQ(wanted("", site), (fs::current_path() / "here").string());
  unset("XAAS_CACHE");
  unset("XDG_CACHE_HOME");
}

TEST_F(WantedCache, IsAnErrorWhereTheSitesCannotBeFormed) {
  EXPECT_EQ(wanted("", {.cache = "/scratch/$XAAS_UNSET"}), "site.variable");
  EXPECT_EQ(wanted("/option", {.cache = "/scratch/$XAAS_UNSET"}), "/option");
}

TEST(PruneOnceADay, RemovesWhatNobodyUsedForAMonth) {
  const auto folder = *TemporaryFolder::make();
  const auto part = folder.path() / k_objects;
  const std::string name(40, 'A');
  const auto old = part / (name + "0");
  const auto fresh = part / (name + "1");
  const auto foreign = part / "notes.txt";
  const auto long_ago = fs::file_time_type::clock::now() - std::chrono::days(31);
  for (const auto& file : {old, fresh, foreign}) EXPECT_TRUE(write_cache_entry(file, "x"));
  for (const auto& file : {old, foreign}) fs::last_write_time(file, long_ago);
  prune_once_a_day(folder.path());
  EXPECT_FALSE(fs::exists(old));
  EXPECT_TRUE(fs::exists(fresh));
  EXPECT_TRUE(fs::exists(foreign));
  fs::last_write_time(fresh, long_ago);
  prune_once_a_day(folder.path());
  EXPECT_TRUE(fs::exists(fresh)) << "it was looked at today";
}

}  // namespace
}  // namespace xaas
