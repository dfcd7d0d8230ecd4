// SPDX-License-Identifier: Apache-2.0
#include "xaas/capture/build.hpp"
#include "xaas/support/files.hpp"

#include <gtest/gtest.h>

#include <filesystem>

namespace xaas {
namespace {

class KeptBuild : public testing::Test {
 protected:
  void SetUp() override {
    build_.system = BuildSystem::meson;
    build_.source = "/seen/source";
    build_.build = "/seen/build";
    build_.compiler = "/usr/bin/clang";
    build_.seen_paths = {{"/seen", folder_.path() / "current"}};
    build_.seconds = 1.5;
    build_.compile_seconds = 0.25;
    ASSERT_TRUE(make_folders(folder_.path() / "current/capture/log"));
    ASSERT_TRUE(write_file(folder_.path() / "current/stage/file", "x"));
  }

  TemporaryFolder folder_ = *TemporaryFolder::make();
  BuildResult build_;
  Digest key_ = digest_of("key");
};

TEST_F(KeptBuild, IsFoundWhereItWasMovedTo) {
  const auto to = folder_.path() / "configurations/a=b";
  ASSERT_TRUE(move_build(build_, to));
  EXPECT_EQ(*read_file(build_.stage / "file"), "x");
  ASSERT_TRUE(keep_build(build_, key_));
  const auto kept = kept_build(to, key_);
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->system, BuildSystem::meson);
  EXPECT_EQ(kept->seen_paths.at("/seen"), to);
  EXPECT_EQ(kept->source, "/seen/source");
  EXPECT_EQ(kept->stage, to / "stage");
  EXPECT_EQ(kept->seconds, 1.5);
  EXPECT_EQ(kept->compile_seconds, 0.25);
}

TEST_F(KeptBuild, IsOfItsKeyAlone) {
  ASSERT_TRUE(keep_build(build_, key_));
  EXPECT_FALSE(kept_build(build_.folder(), digest_of("another source")));
  EXPECT_FALSE(kept_build(folder_.path() / "nothing", key_));
}

TEST_F(KeptBuild, IsNotThereWhenItIsDamaged) {
  ASSERT_TRUE(keep_build(build_, key_));
  const auto file = build_.folder() / "build.json";
  const std::string whole = *read_file(file);
  ASSERT_TRUE(kept_build(build_.folder(), key_));
  for (const std::string& damaged : {std::string(), whole.substr(0, whole.size() / 2)}) {
    ASSERT_TRUE(write_file(file, damaged));
    EXPECT_FALSE(kept_build(build_.folder(), key_));
  }
}

TEST_F(KeptBuild, SaysWhatItHasCost) {
  EXPECT_FALSE(cost_of_kept_build(build_.folder()));
  ASSERT_TRUE(write_file(build_.folder() / "capture/store/a", "1234"));
  ASSERT_TRUE(write_file(build_.folder() / "capture/store/b", "56"));
  ASSERT_TRUE(keep_build(build_, key_));
  EXPECT_EQ(cost_of_kept_build(build_.folder()), (BuildCost{.seconds = 1.5, .bytes = 6}));
}

TEST_F(KeptBuild, IsNotMovedOverWhatIsThere) {
  ASSERT_TRUE(write_file(folder_.path() / "taken/file", "x"));
  const auto moved = move_build(build_, folder_.path() / "taken");
  ASSERT_FALSE(moved);
  EXPECT_EQ(moved.error().code(), "build.move");
}

}  // namespace
}  // namespace xaas
