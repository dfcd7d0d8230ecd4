// SPDX-License-Identifier: Apache-2.0
#include "xaas/support/place_file.hpp"

#include "xaas/support/files.hpp"

#include <gtest/gtest.h>

namespace xaas {
namespace {

class PlaceFile : public ::testing::Test {
 protected:
  std::filesystem::path made(const char* text) {
    const auto file = folder_.path() / "beside" / "file";
    EXPECT_TRUE(write_file(file, text));
    return file;
  }
  TemporaryFolder folder_ = *TemporaryFolder::make();
  std::filesystem::path target_ = folder_.path() / "target";
};

TEST_F(PlaceFile, MovesToAFreeName) {
  ASSERT_TRUE(place_file(made("new"), target_, Overwrite::no));
  EXPECT_EQ(read_file(target_).value(), "new");
}

TEST_F(PlaceFile, ReplacesNothingUnlessItMay) {
  ASSERT_TRUE(write_file(target_, "old"));
  const auto status = place_file(made("new"), target_, Overwrite::no);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code(), "output.exists");
  EXPECT_EQ(read_file(target_).value(), "old");
  ASSERT_TRUE(place_file(made("new"), target_, Overwrite::yes));
  EXPECT_EQ(read_file(target_).value(), "new");
}

TEST_F(PlaceFile, TakesALinkToNothingForSomething) {
  ASSERT_TRUE(make_link("nowhere", target_));
  EXPECT_FALSE(place_file(made("new"), target_, Overwrite::no));
}

TEST_F(PlaceFile, SaysWhyNot) {
  const auto status = place_file(made("new"), folder_.path() / "absent" / "target", Overwrite::no);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code(), "file.missing");
}

TEST_F(PlaceFile, LooksAtTheFolderAndNotAtTheFile) {
  EXPECT_TRUE(check_can_make_beside(target_));
  ASSERT_TRUE(write_file(target_, "old"));
  EXPECT_TRUE(check_can_make_beside(target_));
  EXPECT_FALSE(check_can_make_beside(target_ / "below-a-file"));
}

}  // namespace
}  // namespace xaas
