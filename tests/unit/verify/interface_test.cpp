// SPDX-License-Identifier: Apache-2.0
#include "compiled.hpp"

#include "xaas/elf/elf_file.hpp"
#include "xaas/verify/verify.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace xaas {
namespace {

using testing::compiled;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> differences(const std::string& generic, const std::string& lowered) {
  auto found = interface_differences(generic, lowered);
  EXPECT_TRUE(found.has_value()) << found.error().message();
  return found.value_or(std::vector<std::string>{"unreadable"});
}

std::string library(const std::string& source, const std::vector<std::string>& options = {}) {
  return compiled(source, options);
}

// A shared library whose version script is `script`.
std::string versioned(const std::string& source, const std::string& script) {
  const auto folder = TemporaryFolder::make().value();
  const auto file = folder.path() / "script";
  EXPECT_TRUE(write_file(file, script).has_value());
  return library(source, {"-Wl,--version-script=" + file.string()});
}

}  // namespace

TEST(InterfaceDifferences, AreNoneWhenOnlyTheCodeChanged) {
  EXPECT_THAT(differences(library("int f(int a) { return a; } int v;"),
                          library("int f(int a) { return a * 3; } int v; static int h(void);")),
              IsEmpty());
}

TEST(InterfaceDifferences, NameStrongExportsLostAndNew) {
  EXPECT_THAT(differences(library("int f(void) { return 1; } int g(void) { return 2; }"),
                          library("int f(void) { return 1; } int h(void) { return 2; }")),
              ElementsAre("export `g` is lost", "export `h` is new"));
}

TEST(InterfaceDifferences, LetWeakExportsGo) {
  EXPECT_THAT(differences(library("int f; __attribute__((weak)) int w(void) { return 1; }"),
                          library("int f;")),
              IsEmpty());
}

TEST(InterfaceDifferences, SeeAChangedVersion) {
  const std::string source = "int f(void) { return 1; }";
  const auto found = differences(versioned(source, "V1 { f; };"), versioned(source, "V2 { f; };"));
  EXPECT_THAT(found, ElementsAre("version `V1` is lost", "version `V2` is new",
                                 HasSubstr("V1` is lost"), HasSubstr("V2` is new")));
}

TEST(InterfaceDifferences, SeeAnotherSoname) {
  EXPECT_THAT(differences(library("int f;", {"-Wl,-soname,libf.so.1"}), library("int f;")),
              ElementsAre("soname was `libf.so.1`, is ``"));
}

TEST(InterfaceDifferences, SeeAnotherKindAndInterpreter) {
  const auto program = [](const std::string& loader) {
    return library("void _start(void) {}",
                   {"-pie", "-Wl,--export-dynamic", "-Wl,--dynamic-linker=" + loader});
  };
  EXPECT_THAT(differences(program("/lib/a.so"), program("/lib/b.so")),
              ElementsAre("interpreter was `/lib/a.so`, is `/lib/b.so`"));
  EXPECT_THAT(differences(library("void _start(void) {}"), program("/lib/a.so")),
              ElementsAre("kind was `shared library`, is `program`", HasSubstr("interpreter")));
}

TEST(InterfaceDifferences, SeeALibraryThatIsNewlyNeededButNotOneThatIsNot) {
  const auto folder = TemporaryFolder::make().value();
  const auto dependency = folder.path() / "libdep.so";
  ASSERT_TRUE(
      write_file(dependency, library("int dep(void) { return 1; }", {"-Wl,-soname,libdep.so"}))
          .has_value());
  const auto without = library("int f(void) { return 1; }");
  const auto with =
      library("int dep(void); int f(void) { return dep(); }", {"-Wl," + dependency.string()});
  EXPECT_THAT(differences(without, with),
              ElementsAre("library `libdep.so` is needed, which the generic build does not need"));
  EXPECT_THAT(differences(with, without), IsEmpty());
}

TEST(InterfaceDifferences, SeeAnotherArchitecture) {
  EXPECT_THAT(differences(library("int f;", {"--target=x86_64-linux-gnu"}),
                          library("int f;", {"--target=aarch64-linux-gnu"})),
              ElementsAre("architecture was `amd64`, is `arm64`"));
}

TEST(InterfaceDifferences, OfArchivesAreMembersAndAllThatObjectsDefine) {
  const auto object = [](const std::string& source) { return compiled(source, {"-c"}); };
  const std::string weak =
      "int f(void) { return 1; } __attribute__((weak)) int g(void) { return 2; }";
  const auto archive = [](std::vector<ArchiveMember> members) { return *write_archive(members); };
  const auto generic = archive({{"a.o", object(weak)}, {"readme", "text"}});
  EXPECT_THAT(differences(generic, archive({{"a.o", object(weak + "int h;")}, {"readme", "text"}})),
              IsEmpty());
  EXPECT_THAT(differences(generic, archive({{"a.o", object("int f;")}, {"readme", "text"}})),
              ElementsAre("`a.o` no longer defines `g`"));
  EXPECT_THAT(differences(generic, archive({{"readme", "text"}, {"a.o", object(weak)}})),
              ElementsAre("it has other members"));
}

TEST(InterfaceDifferences, RefuseWhatIsNoElfFile) {
  const auto good = library("int f;");
  for (const auto& bad : {std::string("text"), good.substr(0, good.size() / 2)}) {
    const auto found = interface_differences(good, bad);
    ASSERT_FALSE(found.has_value());
    EXPECT_NE(found.error().code(), "");
    EXPECT_THAT(found.error().context(), ElementsAre("reading the lowered build"));
  }
}

}  // namespace xaas
