// SPDX-License-Identifier: Apache-2.0
#include "xaas/targets/target_library.hpp"

#include "embedded.hpp"

#include "xaas/support/files.hpp"
#include "xaas/targets/validate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

namespace xaas {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string description(const std::string& name, const std::string& cpu) {
  auto target = target_of_cpu(cpu).value();
  target.name = name;
  return print_target(target);
}

/// A user's folder and a site's, which the environment names.
class TargetLibrary : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(write_file(folder_.path() / "site.json",
                           R"({"schema": "xaas.site/1", "targets": ")" + site().string() + "\"}")
                    .has_value());
    set("XDG_CONFIG_HOME", folder_.path() / "config");
    set("XAAS_SITE_PROFILE", folder_.path() / "site.json");
  }
  void TearDown() override {
    ::unsetenv("XDG_CONFIG_HOME");    // NOLINT(concurrency-mt-unsafe)
    ::unsetenv("XAAS_SITE_PROFILE");  // NOLINT(concurrency-mt-unsafe)
  }

  static void set(const char* name, const std::string& value) {
    ::setenv(name, value.c_str(), 1);  // NOLINT(concurrency-mt-unsafe)
  }
  [[nodiscard]] fs::path user() const { return folder_.path() / "config/xaas/targets"; }
  [[nodiscard]] fs::path site() const { return folder_.path() / "site"; }
  static void put(const fs::path& file, const std::string& text) {
    ASSERT_TRUE(write_file(file, text).has_value());
  }
  static std::optional<KnownTarget> known(const std::string& name) {
    const auto all = known_targets().value();
    const auto found = std::ranges::find(all, name, &KnownTarget::name);
    return found == all.end() ? std::nullopt : std::optional(*found);
  }

  TemporaryFolder folder_ = TemporaryFolder::make().value();
};

}  // namespace

TEST_F(TargetLibrary, AsksTheUserThenTheSiteThenWhatIsShippedThenLlvm) {
  EXPECT_EQ(resolve_target("fugaku").value().cpu.name, "a64fx");
  EXPECT_EQ(resolve_target("haswell").value().name, "haswell");
  for (const char* name : {"fugaku.json", "haswell.json"})
    put(site() / name, description("", "znver2"));
  EXPECT_EQ(resolve_target("fugaku").value().cpu.name, "znver2");
  EXPECT_EQ(resolve_target("haswell").value().cpu.name, "znver2");
  EXPECT_EQ(resolve_target("haswell").value().name, "haswell");
  put(user() / "fugaku.json", description("mine", "znver3"));
  EXPECT_EQ(resolve_target("fugaku").value().name, "mine");
  const auto first = known("fugaku");
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(first->where, TargetPlace::user);
  EXPECT_THAT(first->hides, ElementsAre(TargetPlace::site, TargetPlace::shipped));
}

TEST_F(TargetLibrary, ListsFilesAndPassesOverTheRest) {
  put(user() / "a.json", "{");
  put(user() / "notes.txt", "");
  put(user() / ".a.edited.json", "{}");
  fs::create_directories(user() / "folder.json");
  EXPECT_TRUE(known("a").has_value());
  for (const char* other : {"notes", ".a.edited", "folder"}) EXPECT_FALSE(known(other)) << other;
  EXPECT_FALSE(find_target("folder").value().has_value());
  for (const char* none : {"", ".", "..", "../a", "x/a"})
    EXPECT_FALSE(find_target(none).value().has_value()) << none;
}

TEST_F(TargetLibrary, HasTheUsersFolderFromTheHomeToo) {
  const char* home = std::getenv("HOME");  // NOLINT(concurrency-mt-unsafe)
  const std::string before = home == nullptr ? "" : home;
  set("XDG_CONFIG_HOME", "relative");
  set("HOME", "/home/ada");
  EXPECT_EQ(target_folders().value().front().path, "/home/ada/.config/xaas/targets");
  set("HOME", "");
  EXPECT_EQ(target_folders().value().front().where, TargetPlace::site);
  set("HOME", before);
}

TEST_F(TargetLibrary, TellsAMistakeInTheSiteProfile) {
  put(folder_.path() / "site.json", R"({"schema": "xaas.site/1", "targets": "here"})");
  EXPECT_EQ(resolve_target("znver4").error().code(), "site.malformed");
  EXPECT_TRUE(resolve_target("host").has_value());
}

TEST_F(TargetLibrary, NamesWhatIsNearInAllPlaces) {
  put(user() / "our-gpu.json", description("", "znver3"));
  const auto mine = resolve_target("our-cpu");
  EXPECT_EQ(mine.error().code(), "target.unknown-name");
  EXPECT_THAT(mine.error().help(), HasSubstr("`our-gpu`"));
  EXPECT_THAT(resolve_target("lumi-q").error().help(), HasSubstr("`lumi-g`"));
  EXPECT_THAT(resolve_target("znver44").error().help(), HasSubstr("`znver4`"));
  EXPECT_THAT(resolve_target("qqqqqqqqqqq").error().help(), HasSubstr("target list"));
}

TEST_F(TargetLibrary, SaysInWhichFileADescriptionIsNone) {
  put(user() / "mine.json", "{}");
  const auto target = resolve_target("mine");
  ASSERT_FALSE(target.has_value());
  EXPECT_THAT(target.error().context(), ElementsAre(HasSubstr((user() / "mine.json").string())));
}

TEST_F(TargetLibrary, ReadsNoMoreThanADescriptionHas) {
  put(user() / "big.json", std::string(10'000'000, ' '));
  EXPECT_EQ(resolve_target("big").error().code(), "file.too-large");
}

TEST_F(TargetLibrary, TellsHostFilesAndNamesApart) {
  EXPECT_EQ(resolve_target("host").value().name, "host");
  auto target = target_of_cpu("znver3").value();
  target.name = "my node";
  const auto file = (folder_.path() / "node").string();
  put(file, print_target(target));
  EXPECT_EQ(resolve_target(file).value(), target);
  EXPECT_EQ(resolve_target("no-such.json").error().kind(), ErrorKind::not_found);
  EXPECT_THAT(resolve_target("no-such.json").error().message(), HasSubstr("no-such.json"));
  EXPECT_FALSE(resolve_target("lumi-g/").has_value());
  fs::create_directories(folder_.path() / "x.json");
  EXPECT_EQ(resolve_target((folder_.path() / "x.json").string()).error().code(), "file.io");
}

TEST(ShippedDescriptions, AreValidAndSayWhereEachFactIsFrom) {
  EXPECT_GE(shipped_descriptions().size(), 9U);
  for (const EmbeddedFile& file : shipped_descriptions()) {
    EXPECT_TRUE(validate_document(file.text).empty()) << file.name;
    const auto target = parse_target(file.text).value();
    EXPECT_EQ(target.name, file.name);
    // Made anew when LLVM knows its processors better.
    EXPECT_EQ(target.cpu.features, target_of_cpu(target.cpu.name).value().cpu.features)
        << file.name;
    for (const char* fact : {"cpu.name", "gpus"})
      EXPECT_THAT(target.origins.at(fact), StartsWith("https://")) << file.name;
    EXPECT_TRUE(target.gpus.has_value()) << file.name;
    EXPECT_EQ(target.memory != 0, target.origins.contains("memory")) << file.name;
    EXPECT_EQ(target.mpi.has_value(), target.origins.contains("mpi")) << file.name;
    EXPECT_EQ(!target.scheduler.name.empty(), target.origins.contains("scheduler")) << file.name;
  }
}

}  // namespace xaas
