// SPDX-License-Identifier: Apache-2.0
#include "xaas/targets/module_environment.hpp"

#include "xaas/support/files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

namespace xaas {
namespace {

using ::testing::HasSubstr;
using namespace std::chrono_literals;

/// A module system of one function, where LMOD_PKG says.
class LoadModules : public ::testing::Test {
 protected:
  // NOLINTBEGIN(concurrency-mt-unsafe): one thread
  void SetUp() override {
    for (const char* name : {"LOADEDMODULES", "MODULESHOME", "BASH_ENV", "BASH_FUNC_module%%"})
      ::unsetenv(name);
    ::setenv("LMOD_PKG", folder_.path().c_str(), 1);
    ::setenv("HOME", folder_.path().c_str(), 1);
  }
  void TearDown() override { ::unsetenv("LMOD_PKG"); }
  // NOLINTEND(concurrency-mt-unsafe)

  void be_module(const std::string& body) const {
    ASSERT_TRUE(write_file(folder_.path() / "init/bash", "module() {\n" + body + "\n}\n"));
  }

  static Result<ModuleEnvironment> load(const std::vector<std::string>& names = {"mpi/1", "fftw"}) {
    return load_modules(names, 10s);
  }

  TemporaryFolder folder_ = TemporaryFolder::make().value();
};

TEST_F(LoadModules, TellsWhatTheyChange) {
  be_module(R"(echo remark; echo another >&2; export LOADEDMODULES="$2:$3" NEW=$'two\nlines')");
  const auto found = load();
  ASSERT_TRUE(found) << found.error().message();
  EXPECT_EQ(found->before.at("HOME"), folder_.path());
  EXPECT_FALSE(found->before.contains("NEW"));
  EXPECT_EQ(found->after.at("NEW"), "two\nlines");
  EXPECT_EQ(found->after.at("LOADEDMODULES"), "mpi/1:fftw");
}

TEST_F(LoadModules, TakesNamesAsTheyAre) {
  be_module("export LOADEDMODULES=\"$2\"");
  EXPECT_EQ(load({"$(touch x); 'a b'"})->after.at("LOADEDMODULES"), "$(touch x); 'a b'");
}

TEST_F(LoadModules, PassesOnWhatTheModuleCommandSays) {
  be_module("printf 'ERROR: no\\n  such module\\n' >&2; return 3");
  const auto failed = load();
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().message(), "`module load mpi/1 fftw` ended with 1");
  EXPECT_EQ(failed.error().help(), "it said: ERROR: no such module");
  be_module("return 1");
  EXPECT_THAT(load().error().help(), HasSubstr("module avail"));
  be_module("head -c 5000 /dev/zero | tr '\\0' x >&2; return 1");
  EXPECT_LT(load().error().help().size(), 600U);
}

TEST_F(LoadModules, DoesNotBelieveASuccessThatChangedNothing) {
  be_module("echo 'ModuleCmd_Load.c(213):ERROR:105: Unable to locate a modulefile' >&2; return 0");
  EXPECT_THAT(load().error().message(), HasSubstr("loaded nothing"));
  be_module("exit 0");
  EXPECT_THAT(load().error().message(), HasSubstr("ended with 0"));
}

TEST_F(LoadModules, SaysWhereNothingLoadsModules) {
  // NOLINTBEGIN(concurrency-mt-unsafe): one thread
  const char* path = std::getenv("PATH");
  ASSERT_NE(path, nullptr);
  const std::string before = path;
  ::setenv("PATH", folder_.path().c_str(), 1);  // there is no bash
  const auto failed = load();
  ::setenv("PATH", before.c_str(), 1);
  // NOLINTEND(concurrency-mt-unsafe)
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code(), "detect.no-modules");
}

TEST_F(LoadModules, WaitsNoLongerThanItMay) {
  be_module("echo waiting for a licence >&2; sleep 1000");
  const auto failed = load_modules({"mpi"}, 300ms);
  ASSERT_FALSE(failed);
  EXPECT_THAT(failed.error().message(), HasSubstr("did not come to an end within 1 s"));
  EXPECT_EQ(failed.error().help(), "it said: waiting for a licence");
}

}  // namespace
}  // namespace xaas
