// SPDX-License-Identifier: Apache-2.0
#include "xaas/rootfs/runtime_files.hpp"

#include "xaas/support/files.hpp"
#include "xaas/support/process.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <variant>

namespace xaas {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string text_of(const LayerContent& content, const std::string& path) {
  return std::get<std::string>(std::get<LayerFile>(content.at(path)).content);
}

class RuntimeFiles : public ::testing::Test {
 protected:
  /// What a script of the content prints, called with arguments.
  std::string run_script(const std::string& path, std::vector<std::string> arguments) {
    LayerContent content;
    add_runtime_files(content, config_);
    const auto script = folder_.path() / "script";
    EXPECT_TRUE(write_file(script, text_of(content, path), 0755));
    arguments.insert(arguments.begin(), {"sh", script.string()});
    return run({.argv = arguments}).value().output;
  }
  TemporaryFolder folder_ = *TemporaryFolder::make();
  ImageConfig config_{.entrypoint = {"printf", "[%s]"}, .command = {"the command's", "words"}};
};

TEST_F(RuntimeFiles, ScriptsJoinEntryPointAndCommandAsEnginesDo) {
  for (const char* script : {".singularity.d/runscript", "etc/rc"}) {
    EXPECT_EQ(run_script(script, {}), "[the command's][words]") << script;
    EXPECT_EQ(run_script(script, {"own $HOME", ""}), "[own $HOME][]") << script;
  }
  config_.entrypoint = {};
  EXPECT_EQ(run_script("etc/rc", {"echo", "a  b"}), "a  b\n");
}

TEST_F(RuntimeFiles, EnrootsScriptGoesToTheWorkingFolder) {
  config_ = {.entrypoint = {"pwd"}, .working_folder = "/usr"};
  EXPECT_EQ(run_script("etc/rc", {}), "/usr\n");
}

TEST_F(RuntimeFiles, EnvironmentIsThereForEachRuntime) {
  config_.environment = {"PATH=/opt/bin:/bin", "QUOTED=it's $HOME", "not-a-name=1", "TWO=a\nb"};
  LayerContent content;
  add_runtime_files(content, config_);
  for (const char* file : {"ch/environment", "etc/environment"})
    EXPECT_EQ(text_of(content, file), "PATH=/opt/bin:/bin\nQUOTED=it's $HOME\nnot-a-name=1\n");
  const std::string& script = text_of(content, ".singularity.d/env/10-docker2singularity.sh");
  EXPECT_THAT(script, Not(HasSubstr("not-a-name")));
  const auto file = folder_.path() / "env.sh";
  ASSERT_TRUE(write_file(file, script + "printf '%s|%s' \"$PATH\" \"$QUOTED\"\n"));
  EXPECT_EQ(run({.argv = {"/bin/sh", file.string()}, .unset = {"QUOTED"}}).value().output,
            "/opt/bin:/bin|it's $HOME");
}

TEST_F(RuntimeFiles, MountPointsAreThereUnlessTheImageHasThem) {
  LayerContent content{{"etc/passwd", LayerFile{.content = std::string("root:")}},
                       {"tmp", LayerFolder{.mode = 0777}},
                       {"var", LayerLink{.target = "elsewhere"}}};
  add_runtime_files(content, config_);
  EXPECT_EQ(text_of(content, "etc/passwd"), "root:");
  EXPECT_EQ(std::get<LayerFolder>(content.at("tmp")).mode, 0777U);
  EXPECT_TRUE(content.contains("proc"));
  EXPECT_TRUE(content.contains("etc/resolv.conf"));
  EXPECT_FALSE(content.contains("var/tmp"));
}

TEST_F(RuntimeFiles, ReadsAFolder) {
  ASSERT_TRUE(write_file(folder_.path() / "bin/p", "x", 0755));
  ASSERT_TRUE(make_folders(folder_.path() / "empty"));
  ASSERT_TRUE(make_link("p", folder_.path() / "bin/link"));
  const auto content = content_of_folder(folder_.path());
  ASSERT_TRUE(content);
  EXPECT_EQ(content->size(), 4U);
  EXPECT_EQ(std::get<LayerFile>(content->at("bin/p")).mode, 0755U);
  EXPECT_EQ(std::get<LayerLink>(content->at("bin/link")).target, "p");
  EXPECT_TRUE(std::holds_alternative<LayerFolder>(content->at("empty")));
  EXPECT_EQ(content_of_folder(folder_.path() / "absent").error().code(), "file.io");
}

}  // namespace
}  // namespace xaas
