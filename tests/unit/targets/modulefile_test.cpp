// SPDX-License-Identifier: Apache-2.0
#include "modulefile.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace xaas {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::optional<std::string> environment(const std::string& name) {
  if (name == "HOME") return "/home/user";
  return {};
}

ModuleText tcl(const std::string& text) {
  return read_modulefile("#%Module1.0\n" + text, "/m/openmpi/4.1.5", "openmpi/4.1.5", environment);
}

ModuleText lua(const std::string& text) {
  return read_modulefile(text, "/m/openmpi/4.1.5.lua", "openmpi/4.1.5", environment);
}

ModuleSetting setting(std::string variable, std::string value) {
  return {.variable = std::move(variable), .value = std::move(value)};
}

TEST(ReadModulefile, ReplacesTclsVariables) {
  EXPECT_THAT(
      tcl("set version 4.1.5\n"
          "set root \"/apps/openmpi/$version\"; set lib ${root}/lib\n"
          "prepend-path LD_LIBRARY_PATH $lib\n"
          "  append-path -d : LD_LIBRARY_PATH \"$root/lib64\"\n"
          "prepend-path --delim=: PATH $root/bin $env(HOME)/bin\n"
          "setenv EBROOTOPENMPI {/apps/$kept}\n"
          "pushenv MPI_HOME $::env(HOME)\n"
          "module use /apps/modules/mpi\n")
          .settings,
      ElementsAre(setting("LD_LIBRARY_PATH", "/apps/openmpi/4.1.5/lib"),
                  setting("LD_LIBRARY_PATH", "/apps/openmpi/4.1.5/lib64"),
                  setting("PATH", "/apps/openmpi/4.1.5/bin"), setting("PATH", "/home/user/bin"),
                  setting("EBROOTOPENMPI", "/apps/$kept"), setting("MPI_HOME", "/home/user"),
                  setting("MODULEPATH", "/apps/modules/mpi")));
}

TEST(ReadModulefile, PassesOverWhatTclWouldRun) {
  EXPECT_THAT(tcl("set root /old\n"
                  "set root [exec find-root \"a b\"]\n"
                  "setenv A $root/lib\n"
                  "setenv B [file join / b]\n"
                  "setenv C $unknown\n"
                  "# setenv D /d\n"
                  "setenv\n"
                  "if { [is-loaded gcc] } {\n"
                  "  setenv E /e\n"
                  "} else { puts \"unclosed\n")
                  .settings,
              ElementsAre(setting("E", "/e")));
}

TEST(ReadModulefile, EvaluatesLuasExpressions) {
  EXPECT_THAT(
      lua("help([[\nText with \"quotes\n]])\n"
          "local version = myModuleVersion()\n"
          "local root = pathJoin(\"/apps\", 'openmpi', version)\n"
          "prepend_path(\"LD_LIBRARY_PATH\", pathJoin(root, \"lib\"))\n"
          "append_path('PATH', root..\"/bin\", \":\")\n"
          "prepend_path{\"CPATH\", root .. \"/include\", delim=\":\"}\n"
          "setenv(\"MPI_NAME\", myModuleName())\n"
          "pushenv(\"MPI_FULL\", myModuleFullName()) -- remark\n"
          "setenv(\"CACHE\", os.getenv(\"HOME\") .. \"/cache\")\n"
          "-- setenv(\"NOT\", \"/a\")\n")
          .settings,
      ElementsAre(setting("LD_LIBRARY_PATH", "/apps/openmpi/4.1.5/lib"),
                  setting("PATH", "/apps/openmpi/4.1.5/bin"),
                  setting("CPATH", "/apps/openmpi/4.1.5/include"), setting("MPI_NAME", "openmpi"),
                  setting("MPI_FULL", "openmpi/4.1.5"), setting("CACHE", "/home/user/cache")));
}

TEST(ReadModulefile, PassesOverWhatLuaWouldRun) {
  EXPECT_THAT(lua("local root = \"/old\"\n"
                  "root = capture(\"find-root\")\n"
                  "setenv(\"A\", root .. \"/lib\")\n"
                  "setenv(\"B\", \"unclosed)\n"
                  "setenv(\"C\")\n"
                  "setenv(unknown, \"/d\")\n"
                  "setenv(\"E\", os.getenv(\"NOT_SET\") .. \"/e\")\n"
                  "setenv(\"F\", \"/f\"\n")
                  .settings,
              ElementsAre(setting("F", "/f")));
}

TEST(ReadModulefile, TellsOfOneModuleThatIsNeeded) {
  EXPECT_EQ(tcl("prereq gcc/12.3\n").prerequisite, "gcc/12.3");
  EXPECT_EQ(lua("prereq(\"gcc/12.3\")\n").prerequisite, "gcc/12.3");
  EXPECT_EQ(tcl("prereq gcc/12.3 gcc/13.1\n").prerequisite, "");  // one of them
}

TEST(ReadModulefile, ComesToAnEndWhateverItHolds) {
  // Values that double with every line; a loop that its own shell would never leave; nesting.
  std::string doubling = "set a /aaaaaaaa\n";
  std::string doubling_lua = "local a = \"/aaaaaaaa\"\n";
  for (int i = 0; i < 5000; ++i) {
    doubling += "set a $a$a\n";
    doubling_lua += "a = a .. a\n";
  }
  EXPECT_EQ(tcl(doubling + "setenv A $a\n"), ModuleText{});
  EXPECT_EQ(lua(doubling_lua + "setenv(\"A\", a)\n"), ModuleText{});
  EXPECT_EQ(tcl("while {1} {}\nsetenv A /a\n").settings.size(), 1U);
  std::string nested = "setenv(";
  for (int i = 0; i < 60000; ++i) nested += "f(";
  EXPECT_EQ(lua(nested), ModuleText{});
  EXPECT_EQ(tcl(std::string(60000, '{') + "\n" + std::string(60000, '[') + "\nset ${ $( $\n"),
            ModuleText{});
}

TEST(ReadModulefile, TakesNothingFromOtherFiles) {
  EXPECT_EQ(read_modulefile("setenv A /a\n", "/m/a/1", "a/1", environment), ModuleText{});
  EXPECT_EQ(tcl(std::string("setenv A /a\n\0", 13)), ModuleText{});
  EXPECT_EQ(lua(std::string(1000, '\xff')), ModuleText{});
  EXPECT_EQ(tcl("setenv A /a\n" + std::string(k_longest_modulefile, '#')), ModuleText{});
}

TEST(DefaultVersionIn, ReadsEachWayToSayIt) {
  EXPECT_EQ(default_version_in("#%Module1.0\nset ModulesVersion \"4.1.5\"\n"), "4.1.5");
  EXPECT_EQ(default_version_in("#%Module\nmodule-version openmpi/4.1.5 default\n"), "4.1.5");
  EXPECT_EQ(default_version_in("#%Module\nmodule-version /4.1.5 default\n"), "4.1.5");
  EXPECT_EQ(default_version_in("module_version(\"openmpi/4.1.5\", \"default\")\n"), "4.1.5");
  EXPECT_EQ(default_version_in("module-version openmpi/4.1.5 stable\n"), "");
  EXPECT_THAT(default_version_in(std::string(100, '\xff')), IsEmpty());
}

}  // namespace
}  // namespace xaas
