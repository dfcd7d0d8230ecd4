// SPDX-License-Identifier: Apache-2.0
#include "tools_folder.hpp"

#include "settings.hpp"

#include "xaas/support/files.hpp"
#include "xaas/support/process.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace xaas {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class ToolsFolder : public testing::Test {
 protected:
  [[nodiscard]] fs::path tools() const { return folder_.path() / "tools"; }

  TemporaryFolder folder_ = TemporaryFolder::make().value();
};

TEST_F(ToolsFolder, HasEveryNameThatABuildMayUse) {
  ASSERT_TRUE(write_file(folder_.path() / "bin/gcc-12", "", 0755));
  ASSERT_TRUE(write_file(folder_.path() / "bin/gcc-makes-coffee", "", 0755));
  WrapperSettings settings;
  settings.search_path = (folder_.path() / "bin").string();
  ASSERT_TRUE(make_tools_folder(tools(), settings, XAAS_WRAPPER));
  for (const char* name : {"cc", "c++", "gcc", "clang++-22", "ld", "gcc-12"})
    EXPECT_EQ(fs::read_symlink(tools() / name), XAAS_WRAPPER) << name;
  EXPECT_THAT(fs::read_symlink(tools() / "ar").string(), HasSubstr("llvm-ar"));
  EXPECT_FALSE(fs::exists(tools() / "gcc-makes-coffee"));
}

TEST_F(ToolsFolder, CatchesFlangWhereThereIsOne) {
  WrapperSettings settings;
  ASSERT_TRUE(make_tools_folder(folder_.path() / "without", settings, XAAS_WRAPPER));
  EXPECT_FALSE(fs::exists(folder_.path() / "without/flang"));
  settings.fortran_compiler = "/usr/bin/flang-22";
  ASSERT_TRUE(make_tools_folder(tools(), settings, XAAS_WRAPPER));
  EXPECT_EQ(fs::read_symlink(tools() / "flang-22"), XAAS_WRAPPER);
  EXPECT_FALSE(fs::exists(tools() / "gfortran"));
}

TEST_F(ToolsFolder, NamesAWrapperThatIsNotThere) {
  const auto made = make_tools_folder(tools(), {}, folder_.path() / "absent");
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code(), "capture.no-wrapper");
}

TEST_F(ToolsFolder, DoesNotReplaceWhatIsThere) {
  ASSERT_TRUE(write_file(tools() / "cc", ""));
  const auto made = make_tools_folder(tools(), {}, XAAS_WRAPPER);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code(), "file.io");
}

TEST_F(ToolsFolder, NamesThePackageOfAMissingCompiler) {
  const std::string path = std::getenv("PATH");
  ::setenv("PATH", folder_.path().c_str(), 1);
  const auto settings = find_real_tools("x86-64");
  ::setenv("PATH", path.c_str(), 1);
  ASSERT_FALSE(settings);
  EXPECT_EQ(settings.error().code(), "capture.no-compiler");
  EXPECT_THAT(settings.error().help(), HasSubstr("clang-22"));
}

TEST_F(ToolsFolder, WrapperOutsideABuildSaysSo) {
  const std::string bin = fs::path(XAAS_WRAPPER).parent_path().string();
  const auto outcome = run({.argv = {"xaas-cc", "--version"},
                            .environment = {{"PATH", bin}},
                            .unset = {"XAAS_CAPTURE"}});
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->exit_code, 1);
  EXPECT_THAT(outcome->errors, HasSubstr("[capture.no-settings]"));
}

class ReadSettings : public ToolsFolder {};

TEST_F(ReadSettings, GivesBackWhatWasWritten) {
  const WrapperSettings settings{.c_compiler = "/c",
                                 .cxx_compiler = "/c++",
                                 .linker = "/ld",
                                 .gcc = "/gcc",
                                 .gxx = "",
                                 .search_path = "/a:/b",
                                 .baseline = "x86-64",
                                 .prefix_map_flags = {"-ffile-prefix-map=/x/="}};
  ASSERT_TRUE(write_file(folder_.path() / "settings.json", print_settings(settings)));
  const auto read = read_settings(folder_.path());
  ASSERT_TRUE(read);
  EXPECT_EQ(print_settings(*read), print_settings(settings));
  EXPECT_EQ(read->prefix_map_flags, settings.prefix_map_flags);
}

}  // namespace
}  // namespace xaas
