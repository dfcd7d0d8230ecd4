// SPDX-License-Identifier: Apache-2.0
#include "environment_modules.hpp"

#include "fake_host.hpp"
#include "version_order.hpp"

#include "xaas/support/files.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

namespace xaas {
namespace {

using ::testing::ElementsAre;
using testing::FakeHost;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* k_tcl = "#%Module\nsetenv A /a\n";
constexpr const char* k_lua = "setenv(\"A\", \"/a\")\n";

std::vector<std::string> loads(const std::vector<EnvironmentModule>& modules) {
  std::vector<std::string> all;
  all.reserve(modules.size());
  for (const EnvironmentModule& module : modules) all.push_back(module.load);
  return all;
}

TEST(FindEnvironmentModules, HasTheDefaultFirstAndThenTheNewest) {
  FakeHost host;
  host.variables["MODULEPATH"] = "/m:/l";
  for (const char* version : {"4.1.5", "4.1.10", "5.0.1"})
    host.files[fmt::format("/m/mpich/{}", version)] = k_tcl;
  for (const char* version : {"3.9", "3.10"})
    host.files[fmt::format("/m/openmpi/{}", version)] = k_tcl;
  host.files["/m/openmpi/.version"] = "#%Module\nset ModulesVersion \"3.9\"\n";
  host.files["/m/openmpi/README~"] = k_tcl;
  host.files["/m/openmpi/.hidden"] = k_tcl;
  for (const char* version : {"1", "2"}) host.files[fmt::format("/l/impi/{}.lua", version)] = k_lua;
  host.links["/l/impi/default"] = "1.lua";
  EXPECT_THAT(loads(find_environment_modules(host).available),
              ElementsAre("mpich/5.0.1", "mpich/4.1.10", "mpich/4.1.5", "openmpi/3.9",
                          "openmpi/3.10", "impi/1", "impi/2"));
}

TEST(FindEnvironmentModules, FollowsAHierarchy) {
  FakeHost host;
  host.variables["MODULEPATH"] = "/m/Core";
  host.files["/m/Core/gcc/12.3.lua"] =
      "local root = \"/m/Compiler/gcc/12.3\"\n"
      "prepend_path(\"MODULEPATH\", root)\n";
  host.files["/m/Compiler/gcc/12.3/openmpi/4.1.lua"] =
      "prepend_path(\"LD_LIBRARY_PATH\", \"/apps/openmpi/lib\")\n"
      "prepend_path(\"MODULEPATH\", \"/m/MPI/gcc/openmpi\")\n";
  // A circle: what it adds has been there before.
  host.files["/m/MPI/gcc/openmpi/fftw/3.lua"] = "prepend_path(\"MODULEPATH\", \"/m/Core\")\n";
  EXPECT_THAT(loads(find_environment_modules(host).available),
              ElementsAre("gcc/12.3", "gcc/12.3 openmpi/4.1", "gcc/12.3 openmpi/4.1 fftw/3"));
}

TEST(FindEnvironmentModules, KnowsWhatIsLoadedAndWhatThatNeeded) {
  FakeHost host;
  host.variables["LOADEDMODULES"] = "gcc/12.3:openmpi/4.1";
  host.variables["_LMFILES_"] = "/m/Core/gcc/12.3.lua:/m/gcc/openmpi/4.1.lua";
  host.variables["MODULEPATH"] = "/m/gcc";
  host.files["/m/Core/gcc/12.3.lua"] = "prepend_path(\"MODULEPATH\", \"/m/gcc\")\n";
  host.files["/m/gcc/openmpi/4.1.lua"] = k_lua;
  host.files["/m/gcc/fftw/3.lua"] = k_lua;
  const auto found = find_environment_modules(host);
  EXPECT_THAT(loads(found.loaded), ElementsAre("gcc/12.3", "gcc/12.3 openmpi/4.1"));
  EXPECT_THAT(loads(found.available), ElementsAre("gcc/12.3 fftw/3", "gcc/12.3 openmpi/4.1"));
}

TEST(FindEnvironmentModules, NamesWhatAModuleDemands) {
  FakeHost host;
  host.variables["MODULEPATH"] = "/m";
  host.files["/m/openmpi/4.1"] = "#%Module\nprereq gcc/12.3\nsetenv A /a\n";
  EXPECT_THAT(loads(find_environment_modules(host).available), ElementsAre("gcc/12.3 openmpi/4.1"));
}

TEST(FindEnvironmentModules, StartsWhereAShellWould) {
  FakeHost host;
  host.files["/etc/environment-modules/modulespath"] = "# site\n/m\n";
  host.files["/m/openmpi/4.1"] = k_tcl;
  EXPECT_THAT(loads(find_environment_modules(host).available), ElementsAre("openmpi/4.1"));
  EXPECT_THAT(find_environment_modules(FakeHost()).available, IsEmpty());
}

TEST(FindEnvironmentModules, LeavesCirclesOfLinks) {
  const auto folder = TemporaryFolder::make().value();
  const auto modules = folder.path() / "m";
  ASSERT_TRUE(write_file(modules / "openmpi/4.1", k_tcl));
  ASSERT_TRUE(write_file(folder.path() / "proc/self/environ", std::string("MODULEPATH=/m\0", 14)));
  ASSERT_TRUE(make_link(".", modules / "openmpi/again"));
  ASSERT_TRUE(make_link("..", modules / "openmpi/up"));
  ASSERT_TRUE(make_link("/m", modules / "top"));
  ASSERT_TRUE(make_link("itself", modules / "itself"));
  EXPECT_THAT(loads(find_environment_modules(*saved_tree(folder.path())).available),
              ElementsAre("openmpi/4.1"));
}

TEST(FindEnvironmentModules, ReadsNoMoreThanSoMany) {
  const auto folder = TemporaryFolder::make().value();
  ASSERT_TRUE(write_file(folder.path() / "proc/self/environ", std::string("MODULEPATH=/m\0", 14)));
  for (int i = 0; i < 5000; ++i)
    ASSERT_TRUE(write_file(folder.path() / fmt::format("m/a{}/{}", i % 100, i), k_tcl));
  ASSERT_TRUE(write_file(folder.path() / "m/z-OpenMPI/1", k_tcl));
  const auto found = find_environment_modules(*saved_tree(folder.path()));
  EXPECT_EQ(found.available.size(), 3000U);
  EXPECT_THAT(found.problems, ElementsAre(HasSubstr("not all were read")));
  // A name tells what should be read first, and nothing else.
  EXPECT_EQ(found.available.front().load, "z-OpenMPI/1");
}

TEST(FindEnvironmentModules, IsNotStoppedByWhatItMayNotRead) {
  FakeHost host;
  host.variables["MODULEPATH"] = "/nowhere:/m";
  host.variables["LOADEDMODULES"] = "gone/1";
  host.variables["_LMFILES_"] = "/gone/1";
  host.files["/m/garbage/1"] = std::string(5000, '\x01');
  host.files["/m/large/1"] = "#%Module\n" + std::string(std::size_t{1} << 20, '#');
  host.files["/m/openmpi/4.1"] = k_tcl;
  const auto found = find_environment_modules(host);
  EXPECT_THAT(loads(found.available), ElementsAre("openmpi/4.1"));
  EXPECT_THAT(loads(found.loaded), ElementsAre("gone/1"));
}

TEST(IsNewerVersion, ComparesNumbers) {
  EXPECT_TRUE(is_newer_version("4.1.10", "4.1.9"));
  EXPECT_TRUE(is_newer_version("4.1.5", "4.1"));
  EXPECT_TRUE(is_newer_version("2023a", "2022b"));
  EXPECT_TRUE(is_newer_version("10", "09"));
  EXPECT_FALSE(is_newer_version("4.1", "4.1"));
  EXPECT_FALSE(is_newer_version("", "4"));
  EXPECT_TRUE(is_newer_version("99999999999999999999999999", "9"));
}

}  // namespace
}  // namespace xaas
