// SPDX-License-Identifier: Apache-2.0
#include "tools_folder.hpp"

#include "compiler_tools.hpp"
#include "settings.hpp"

#include "xaas/support/files.hpp"
#include "xaas/support/process.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

namespace xaas {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class ToolsFolder : public testing::Test {
 protected:
  [[nodiscard]] fs::path tools() const { return folder_.path() / "tools"; }

  /// A machine that has nothing but what a test puts there.
  [[nodiscard]] ToolPlaces places() const {
    return {.beside = folder_.path() / "prefix/bin",
            .search_path = (folder_.path() / "bin").string(),
            .prefix = folder_.path() / "llvm"};
  }
  void add_program(const std::string& name) const {
    ASSERT_TRUE(write_file(folder_.path() / name, "", 0755));
  }

  TemporaryFolder folder_ = TemporaryFolder::make().value();
};

TEST_F(ToolsFolder, HasEveryNameThatABuildMayUse) {
  for (const char* name : {"gcc-12", "gcc-makes-coffee", "llvm-ar-22"})
    add_program(std::string("bin/") + name);
  WrapperSettings settings;
  settings.search_path = places().search_path;
  ASSERT_TRUE(make_tools_folder(tools(), settings, places(), XAAS_WRAPPER));
  for (const char* name : {"cc", "c++", "gcc", "clang++-22", "ld", "gcc-12"})
    EXPECT_EQ(fs::read_symlink(tools() / name), XAAS_WRAPPER) << name;
  EXPECT_THAT(fs::read_symlink(tools() / "ar").string(), HasSubstr("llvm-ar"));
  EXPECT_FALSE(fs::exists(tools() / "gcc-makes-coffee"));
}

TEST_F(ToolsFolder, CatchesFlangWhereThereIsOne) {
  WrapperSettings settings;
  ASSERT_TRUE(make_tools_folder(folder_.path() / "without", settings, places(), XAAS_WRAPPER));
  EXPECT_FALSE(fs::exists(folder_.path() / "without/flang"));
  settings.fortran_compiler = "/usr/bin/flang-22";
  ASSERT_TRUE(make_tools_folder(tools(), settings, places(), XAAS_WRAPPER));
  EXPECT_EQ(fs::read_symlink(tools() / "flang-22"), XAAS_WRAPPER);
  EXPECT_FALSE(fs::exists(tools() / "gfortran"));
}

TEST_F(ToolsFolder, NamesAWrapperThatIsNotThere) {
  const auto made = make_tools_folder(tools(), {}, places(), folder_.path() / "absent");
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code(), "capture.no-wrapper");
}

TEST_F(ToolsFolder, DoesNotReplaceWhatIsThere) {
  ASSERT_TRUE(write_file(tools() / "cc", ""));
  const auto made = make_tools_folder(tools(), {}, places(), XAAS_WRAPPER);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code(), "file.io");
}

TEST_F(ToolsFolder, HasLlvmsForWhatTheMachineLacks) {
  for (const char* name : {"prefix/bin/llvm-nm-22", "prefix/bin/llvm-strip-22", "bin/strip"})
    add_program(name);
  ASSERT_TRUE(make_tools_folder(tools(), {}, places(), XAAS_WRAPPER));
  EXPECT_EQ(fs::read_symlink(tools() / "nm"), folder_.path() / "prefix/bin/llvm-nm-22");
  EXPECT_FALSE(fs::exists(tools() / "strip"));
  EXPECT_FALSE(fs::exists(tools() / "objcopy"));
}

class FindLlvmTool : public ToolsFolder {};

TEST_F(FindLlvmTool, LooksBesideThisProgramThenInPathThenWhereDebianHasIt) {
  EXPECT_FALSE(find_llvm_tool(places(), "clang"));
  add_program("llvm/bin/clang");
  EXPECT_EQ(find_llvm_tool(places(), "clang"), folder_.path() / "llvm/bin/clang");
  add_program("bin/clang-22");
  EXPECT_EQ(find_llvm_tool(places(), "clang"), folder_.path() / "bin/clang-22");
  add_program("prefix/bin/clang-22");
  EXPECT_EQ(find_llvm_tool(places(), "clang"), folder_.path() / "prefix/bin/clang-22");
}

TEST_F(FindLlvmTool, TakesNoCompilerOfAnotherVersion) {
  add_program("bin/clang");
  add_program("prefix/bin/clang");
  EXPECT_FALSE(find_llvm_tool(places(), "clang"));
}

TEST_F(FindLlvmTool, SaysWhereItLookedForAMissingCompiler) {
  const auto settings = find_real_tools(places(), "x86-64");
  ASSERT_FALSE(settings);
  EXPECT_EQ(settings.error().code(), "capture.no-compiler");
  EXPECT_THAT(settings.error().help(), HasSubstr("clang-22"));
  for (const char* place : {"/prefix/bin`", "/bin`", "/llvm/bin/clang`"})
    EXPECT_THAT(settings.error().message(), HasSubstr(folder_.path().string() + place));
}

TEST_F(FindLlvmTool, KnowsATarballByTheRealProgram) {
  add_program("prefix/bin/clang-22");
  EXPECT_EQ(tarball_of_tool(folder_.path() / "prefix/bin/clang-22"), "");
  fs::create_directories(folder_.path() / "prefix/libexec/xaas/llvm");
  fs::create_symlink("clang-22", folder_.path() / "prefix/bin/clang");
  fs::create_directories(folder_.path() / "bin");
  fs::create_symlink("../prefix/bin/clang", folder_.path() / "bin/cc");
  EXPECT_EQ(tarball_of_tool(folder_.path() / "bin/cc"), fs::canonical(folder_.path()) / "prefix");
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
