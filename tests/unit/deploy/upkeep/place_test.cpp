// SPDX-License-Identifier: Apache-2.0
#include "upkeep/place.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <string>

namespace xaas {
namespace {

namespace fs = std::filesystem;

/// A folder with deployments that are one file each.
struct Folder {
  TemporaryFolder temporary = *TemporaryFolder::make();
  fs::path place = temporary.path() / "heat";
  Replacement replacement{.place = place,
                          .made = temporary.path() / "tmp/made",
                          .attic = temporary.path() / "tmp/attic"};

  Folder() { make(replacement.made, "new"); }

  static void make(const fs::path& tree, const std::string& content) {
    ASSERT_TRUE(write_file(tree / "file", content));
  }
  static std::string content(const fs::path& tree) {
    return read_file(tree / "file").value_or("nothing");
  }
};

TEST(PutInPlace, KeepsTheOneBefore) {
  const Folder folder;
  Folder::make(folder.place, "old");
  Folder::make(previous_of(folder.place), "older");
  ASSERT_TRUE(put_in_place(folder.replacement));
  EXPECT_EQ(Folder::content(folder.place), "new");
  EXPECT_EQ(Folder::content(previous_of(folder.place)), "old");
  EXPECT_EQ(Folder::content(folder.replacement.attic), "older");
}

TEST(PutInPlace, LeavesAllAsItWasWhereItCannotExchange) {
  const Folder folder;
  Folder::make(previous_of(folder.place), "older");
  const auto done = put_in_place(folder.replacement);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code(), "upkeep.exchange");
  EXPECT_EQ(Folder::content(previous_of(folder.place)), "older");
  EXPECT_EQ(Folder::content(folder.replacement.made), "new");
}

TEST(TakeBack, UndoesIt) {
  const Folder folder;
  Folder::make(folder.place, "old");
  for (const bool had_previous : {false, true}) {
    if (had_previous) Folder::make(previous_of(folder.place), "older");
    ASSERT_TRUE(put_in_place(folder.replacement));
    ASSERT_TRUE(take_back(folder.replacement));
    EXPECT_EQ(Folder::content(folder.place), "old");
    EXPECT_EQ(Folder::content(previous_of(folder.place)), had_previous ? "older" : "nothing");
    EXPECT_EQ(Folder::content(folder.replacement.made), "new");
  }
}

TEST(ExchangeWithPrevious, IsItsOwnInverse) {
  const Folder folder;
  Folder::make(folder.place, "new");
  Folder::make(previous_of(folder.place), "old");
  ASSERT_TRUE(exchange_with_previous(folder.place));
  EXPECT_EQ(Folder::content(folder.place), "old");
  ASSERT_TRUE(exchange_with_previous(folder.place));
  EXPECT_EQ(Folder::content(folder.place), "new");
}

TEST(MendPlace, PutsBackWhatAKilledRunSetAside) {
  const Folder folder;
  const fs::path aside = folder.temporary.path() / ".heat.xaas-aside";
  EXPECT_EQ(place_set_aside(aside), folder.place);
  EXPECT_EQ(place_set_aside(previous_of(folder.place)), std::nullopt);
  // Killed after the first of three steps: the new one is where the previous one will be.
  Folder::make(aside, "old");
  Folder::make(previous_of(folder.place), "new");
  ASSERT_TRUE(mend_place(folder.place));
  EXPECT_EQ(Folder::content(folder.place), "old");
  EXPECT_FALSE(is_set_aside(folder.place));
  // After the second one.
  fs::rename(folder.place, aside);
  fs::rename(previous_of(folder.place), folder.place);
  ASSERT_TRUE(mend_place(folder.place));
  EXPECT_EQ(Folder::content(folder.place), "new");
  EXPECT_EQ(Folder::content(previous_of(folder.place)), "old");
  ASSERT_TRUE(mend_place(folder.place));
}

TEST(PlaceLock, IsHeldByOneAndLeavesNothing) {
  const Folder folder;
  const fs::path file = folder.temporary.path() / ".heat.xaas-lock";
  {
    const auto lock = PlaceLock::take(folder.place);
    ASSERT_TRUE(lock);
    const auto second = PlaceLock::take(folder.place);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code(), "upkeep.locked");
    EXPECT_THAT(second.error().message(),
                ::testing::EndsWith(" is at work on `" + folder.place.string() + "`"));
    EXPECT_THAT(second.error().help(), ::testing::HasSubstr(file.string()));
  }
  EXPECT_FALSE(fs::exists(file));
  EXPECT_TRUE(PlaceLock::take(folder.place));
}

TEST(PlaceOf, IsTheFolderThatANameLeadsTo) {
  const Folder folder;
  Folder::make(folder.place, "it");
  fs::create_symlink("heat", folder.temporary.path() / "link");
  EXPECT_EQ(place_of(folder.temporary.path() / "link/"), fs::canonical(folder.place));
  EXPECT_EQ(place_of(folder.temporary.path() / "none/"),
            fs::canonical(folder.temporary.path()) / "none");
}

}  // namespace
}  // namespace xaas
