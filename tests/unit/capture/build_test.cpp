// SPDX-License-Identifier: Apache-2.0
#include "xaas/capture/build.hpp"

#include "xaas/elf/elf_file.hpp"
#include "xaas/support/diagnostics.hpp"
#include "xaas/support/files.hpp"
#include "xaas/support/process.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

namespace xaas {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using Role = RecordedInput::Role;

/// A source tree and a work folder that go away with the test.
class CaptureBuild : public testing::Test {
 protected:
  void write(const std::string& path, std::string_view text, unsigned mode = 0644) const {
    ASSERT_TRUE(write_file(source() / path, text, mode));
  }

  [[nodiscard]] fs::path source() const { return folder_.path() / "src"; }

  [[nodiscard]] Result<BuildResult> build(std::vector<std::string> command = {},
                                          const std::string& work = "work") const {
    BuildRequest request{.source = source(), .work = folder_.path() / work};
    request.command = std::move(command);
    request.jobs = 2;
    request.wrapper = XAAS_WRAPPER;
    Progress progress("capture_test", Progress::Style::quiet);
    return capture_build(request, progress);
  }

  TemporaryFolder folder_ = TemporaryFolder::make().value();
};

std::string name_of_file(const std::string& path) {
  return fs::path(path).filename().string();
}

/// The one compile of a source file of this name.
const CompileRecord* compile_of(const CaptureLog& log, std::string_view source) {
  const auto found = std::ranges::find(log.compiles, source, [](const CompileRecord& record) {
    return name_of_file(record.source);
  });
  return found == log.compiles.end() ? nullptr : &*found;
}

const LinkRecord* link_of(const CaptureLog& log, std::string_view output) {
  const auto found = std::ranges::find(
      log.links, output, [](const LinkRecord& record) { return name_of_file(record.output); });
  return found == log.links.end() ? nullptr : &*found;
}

std::vector<std::string> files_of(const LinkRecord& link, Role role) {
  std::vector<std::string> names;
  for (const RecordedInput& input : link.inputs)
    if (input.role == role) names.push_back(name_of_file(input.path));
  return names;
}

constexpr std::string_view k_makefile = R"(
CC = gcc
CFLAGS = -O2
all: app both
libk.a: k.o wide.o a.o
	rm -f $@
	ar rcs $@ k.o wide.o a.o
wide.o: wide.c
	$(CC) $(CFLAGS) -mavx2 -march=native -c wide.c -o wide.o
a.o: a.S
	$(CC) -c a.S
app: main.o libk.a
	$(CC) -o app main.o -L. -lk -lm
both: main.c k.c wide.o a.o
	$(CC) $(CFLAGS) -DNAME='"two words"' -MMD main.c k.c wide.o a.o -o both -lm
install: all
	install -D app $(DESTDIR)$(PREFIX)/bin/app
)";

class MakeTree : public CaptureBuild {
 protected:
  void SetUp() override {
    write("Makefile", k_makefile);
    write("main.c",
          "int k(int);int wide(int);int answer(void);\n"
          "int main(void){return k(1)+wide(2)+answer()!=45;}\n");
    write("k.c", "int k(int x){return x;}\n");
    write("wide.c", "int wide(int x){return x;}\n");
    write("a.S",
          ".globl answer\n.type answer,@function\nanswer: movl $42,%eax\nret\n"
          ".section .note.GNU-stack,\"\",@progbits\n");
  }
};

TEST_F(MakeTree, RecordsEveryCompile) {
  const auto result = build();
  ASSERT_TRUE(result) << describe(result.error(), "test");
  EXPECT_EQ(result->system, BuildSystem::make);
  const CompileRecord* wide = compile_of(result->log, "wide.c");
  ASSERT_NE(wide, nullptr);
  EXPECT_EQ(wide->language, "c");
  EXPECT_EQ(wide->opaque_reason, "");
  EXPECT_THAT(wide->isa_flags, ElementsAre("-mavx2"));
  EXPECT_THAT(wide->neutralized, ElementsAre("-march=native"));
  EXPECT_THAT(wide->pipeline_flags, ElementsAre("-O2"));
  const CompileRecord* assembly = compile_of(result->log, "a.S");
  ASSERT_NE(assembly, nullptr);
  EXPECT_EQ(assembly->opaque_reason, "assembly");
  // main.c and k.c twice, once in the command that also links.
  EXPECT_EQ(result->log.compiles.size(), 6U);
}

TEST_F(MakeTree, RecordsWhatALinkRead) {
  const auto result = build();
  ASSERT_TRUE(result) << describe(result.error(), "test");
  const LinkRecord* app = link_of(result->log, "app");
  ASSERT_NE(app, nullptr);
  EXPECT_EQ(app->opaque_reason, "");
  EXPECT_EQ(app->kind, LinkRecord::Kind::executable);
  EXPECT_THAT(files_of(*app, Role::object), Contains("main.o"));
  EXPECT_THAT(files_of(*app, Role::archive), Contains("libk.a"));
  EXPECT_THAT(files_of(*app, Role::shared_library), Contains("libm.so.6"));
  for (const RecordedInput& input : app->inputs)
    if (input.role != Role::option)
      EXPECT_TRUE(fs::exists(result->store / input.content.hex())) << input.path;
}

TEST_F(MakeTree, SplitsACommandThatCompilesAndLinks) {
  const auto result = build();
  ASSERT_TRUE(result) << describe(result.error(), "test");
  const LinkRecord* both = link_of(result->log, "both");
  ASSERT_NE(both, nullptr);
  EXPECT_EQ(both->opaque_reason, "");
  EXPECT_THAT(files_of(*both, Role::object), Contains("both-0-main.o"));
  EXPECT_THAT(files_of(*both, Role::object), Contains("both-1-k.o"));
  const auto dependencies = read_file(folder_.path() / "work/source/both.d");
  ASSERT_TRUE(dependencies);
  EXPECT_THAT(*dependencies, HasSubstr("both:"));
}

TEST_F(MakeTree, InstallsIntoTheStage) {
  const auto result = build();
  ASSERT_TRUE(result) << describe(result.error(), "test");
  const fs::path app = result->stage / "usr/local/bin/app";
  ASSERT_TRUE(fs::exists(app));
  const auto digest = digest_of_file(app);
  ASSERT_TRUE(digest);
  EXPECT_EQ(link_of(result->log, "app")->content, *digest);
  const auto facts = read_elf(read_file(app).value());
  ASSERT_TRUE(facts && *facts);
  EXPECT_EQ((*facts)->build_id.size(), 40U);
  EXPECT_EQ(link_of(result->log, "app")->build_id, (*facts)->build_id);
}

TEST_F(MakeTree, RecordsTheSameInAnotherFolder) {
  const auto first = build({}, "work");
  const auto second = build({}, "another-name");
  ASSERT_TRUE(first && second);
  if (!first->fixed_path) GTEST_SKIP() << "no mount namespace on this machine";
  ASSERT_EQ(first->log.compiles.size(), second->log.compiles.size());
  for (std::size_t i = 0; i < first->log.compiles.size(); ++i)
    EXPECT_EQ(print_record(first->log.compiles[i]), print_record(second->log.compiles[i]));
  ASSERT_EQ(first->log.links.size(), second->log.links.size());
  for (std::size_t i = 0; i < first->log.links.size(); ++i)
    EXPECT_EQ(print_record(first->log.links[i]), print_record(second->log.links[i]));
}

TEST_F(CaptureBuild, BuildsAndInstallsWithCMake) {
  write("CMakeLists.txt", R"(cmake_minimum_required(VERSION 3.20)
project(p C CXX)
include(CheckCSourceCompiles)
check_c_source_compiles("int main(void){return 0;}" WORKS)
add_library(k SHARED k.c)
add_executable(app main.cpp)
target_link_libraries(app PRIVATE k)
install(TARGETS app k)
)");
  write("k.c", "const char* k(void){return __FILE__;}\n");
  write("main.cpp", "extern \"C\" const char* k(void);\nint main(){return *k()=='/';}\n");
  const auto result = build();
  ASSERT_TRUE(result) << describe(result.error(), "test");
  EXPECT_EQ(result->system, BuildSystem::cmake);
  // Trials of the configure step are not part of the application.
  EXPECT_EQ(result->log.compiles.size(), 2U);
  ASSERT_EQ(result->log.links.size(), 2U);
  EXPECT_EQ(compile_of(result->log, "main.cpp")->language, "c++");
  EXPECT_THAT(compile_of(result->log, "main.cpp")->pipeline_flags, ElementsAre("-O3"));
  EXPECT_EQ(link_of(result->log, "libk.so")->kind, LinkRecord::Kind::shared_library);
  EXPECT_THAT(files_of(*link_of(result->log, "app"), Role::shared_library), Contains("libk.so"));
  EXPECT_TRUE(fs::exists(result->stage / "usr/local/bin/app"));
  EXPECT_TRUE(fs::exists(result->stage / "usr/local/lib/libk.so"));
}

TEST_F(CaptureBuild, BuildsAndInstallsWithMeson) {
  if (!find_program("meson") || !find_program("ninja")) GTEST_SKIP() << "no Meson";
  write("meson.build",
        "project('p', 'c')\ncc = meson.get_compiler('c')\n"
        "assert(cc.compiles('int x;'))\n"
        "executable('app', 'a.c', install: true)\n");
  write("a.c", "int main(void){return 0;}\n");
  const auto result = build();
  ASSERT_TRUE(result) << describe(result.error(), "test");
  EXPECT_EQ(result->log.compiles.size(), 1U);
  ASSERT_EQ(result->log.links.size(), 1U);
  EXPECT_EQ(result->log.links.front().opaque_reason, "");
  EXPECT_TRUE(fs::exists(result->stage / "usr/local/bin/app"));
}

TEST_F(CaptureBuild, ConfiguresInTheSourceCopy) {
  write("configure",
        "#!/bin/sh\n"
        "echo 'int main(void){return 0;}' > conftest.c\n"
        "$CC -o conftest conftest.c || exit 1\n"
        "echo prefix=${1#--prefix=} > config.mk\n",
        0755);
  write("Makefile",
        "include config.mk\napp: a.c\n\t$(CC) -o app a.c\n"
        "install: app\n\tinstall -D app $(DESTDIR)$(prefix)/bin/app\n");
  write("a.c", "int main(void){return 0;}\n");
  const auto result = build();
  ASSERT_TRUE(result) << describe(result.error(), "test");
  EXPECT_EQ(result->system, BuildSystem::configure);
  EXPECT_EQ(result->log.compiles.size(), 1U);
  EXPECT_TRUE(fs::exists(result->stage / "usr/local/bin/app"));
}

TEST_F(CaptureBuild, InstallsNothingWithoutAnInstallTarget) {
  write("Makefile", "app: a.c\n\tcc -o app a.c\n");
  write("a.c", "int main(void){return 0;}\n");
  const auto result = build();
  ASSERT_TRUE(result) << describe(result.error(), "test");
  EXPECT_NE(link_of(result->log, "app"), nullptr);
  EXPECT_TRUE(fs::is_empty(result->stage));
}

TEST_F(CaptureBuild, ReplacesACompilerThatNothingElseCatches) {
  write("Makefile", "CC = /opt/vendor/bin/vcc\napp: a.c\n\t$(CC) -o app a.c\n");
  write("a.c", "int main(void){return 0;}\n");
  const auto result = build();
  ASSERT_TRUE(result) << describe(result.error(), "test");
  EXPECT_EQ(result->log.compiles.size(), 1U);
}

TEST_F(CaptureBuild, FallsBackToTheLinkAsItWasWritten) {
  // lld has no -Ur; GNU ld takes it for -r.
  write("a.c", "int main(void){return 0;}\n");
  const auto result =
      build({"cc -c a.c && cc -Wl,--no-such-option-of-lld a.o -o x || "
             "ld -Ur a.o -o a2.o"});
  ASSERT_TRUE(result) << describe(result.error(), "test");
  const LinkRecord* link = link_of(result->log, "a2.o");
  ASSERT_NE(link, nullptr);
  EXPECT_THAT(link->opaque_reason, HasSubstr("lld refused it: "));
}

TEST_F(CaptureBuild, RunsACommandWithOurVariables) {
  write("a.c", "int main(void){return 0;}\n");
  const auto result =
      build({"$CC -O1 a.c -o a && mkdir -p $DESTDIR$PREFIX/bin && cp a $DESTDIR$PREFIX/bin"});
  ASSERT_TRUE(result) << describe(result.error(), "test");
  EXPECT_EQ(result->system, BuildSystem::command);
  EXPECT_EQ(result->log.compiles.size(), 1U);
  EXPECT_EQ(result->log.links.size(), 1U);
  EXPECT_TRUE(fs::exists(result->stage / "usr/local/bin/a"));
}

TEST_F(CaptureBuild, CarriesWhatOnlyGccCompiles) {
  // A nested function, which clang does not have.
  write("n.c", "int f(int x){int g(int y){return x+y;} return g(1);}\n");
  const auto result = build({"cc", "-O2", "-c", "n.c"});
  ASSERT_TRUE(result) << describe(result.error(), "test");
  const CompileRecord* record = compile_of(result->log, "n.c");
  ASSERT_NE(record, nullptr);
  EXPECT_THAT(record->opaque_reason, HasSubstr("clang refused it: "));
  EXPECT_THAT(record->opaque_reason, HasSubstr("; compiled by gcc"));
}

TEST_F(CaptureBuild, ReadsASourceFromStandardInput) {
  write("readme", "x");
  const auto result = build({"echo 'int x;' | cc -x c -c - -o x.o"});
  ASSERT_TRUE(result) << describe(result.error(), "test");
  ASSERT_EQ(result->log.compiles.size(), 1U);
  EXPECT_EQ(result->log.compiles.front().language, "c");
}

TEST_F(CaptureBuild, RecordsNothingForAnObjectThatIsThrownAway) {
  write("a.c", "int x;\n");
  const auto result = build({"cc", "-c", "a.c", "-o", "/dev/null"});
  ASSERT_TRUE(result) << describe(result.error(), "test");
  EXPECT_THAT(result->log.compiles, IsEmpty());
}

TEST_F(CaptureBuild, ExpandsResponseFilesAndSeveralSources) {
  write("a b.c", "int a;\n");
  write("c.c", "int c;\n");
  write("args", "-O2 -DX='\"y z\"'\n\"a b.c\" c.c");
  const auto result = build({"cc", "-c", "@args"});
  ASSERT_TRUE(result) << describe(result.error(), "test");
  ASSERT_NE(compile_of(result->log, "a b.c"), nullptr);
  EXPECT_EQ(name_of_file(compile_of(result->log, "a b.c")->output), "a b.o");
  EXPECT_NE(compile_of(result->log, "c.c"), nullptr);
}

TEST_F(CaptureBuild, LeavesPlainAssemblyPlain) {
  write("a.c", "int f(void){return 1;}\n");
  const auto result = build({"cc -S a.c && ! grep llvm.lto a.s && cc -c a.s"});
  ASSERT_TRUE(result) << describe(result.error(), "test");
  ASSERT_EQ(result->log.compiles.size(), 1U);
  EXPECT_EQ(result->log.compiles.front().opaque_reason, "assembly");
}

TEST_F(CaptureBuild, RecordsARelocatableLink) {
  write("a.c", "int a;\n");
  write("b.c", "int b;\n");
  const auto result = build({"cc -c a.c b.c && ld -r -o ab.o a.o b.o && cc -r -o ab2.o a.o b.o"});
  ASSERT_TRUE(result) << describe(result.error(), "test");
  for (const char* name : {"ab.o", "ab2.o"}) {
    const LinkRecord* link = link_of(result->log, name);
    ASSERT_NE(link, nullptr);
    EXPECT_EQ(link->kind, LinkRecord::Kind::relocatable);
    EXPECT_EQ(link->opaque_reason, "");
    EXPECT_THAT(files_of(*link, Role::object), ElementsAre("a.o", "b.o"));
  }
}

TEST_F(CaptureBuild, StoresAThinArchiveWithItsMembers) {
  write("a.c", "int a(void){return 0;}\n");
  write("m.c", "int a(void);int main(void){return a();}\n");
  const auto result = build({"cc -c a.c m.c && ar rcT t.a a.o && cc m.o t.a -o p"});
  ASSERT_TRUE(result) << describe(result.error(), "test");
  const LinkRecord* link = link_of(result->log, "p");
  ASSERT_NE(link, nullptr);
  EXPECT_EQ(link->opaque_reason, "");
  const auto archive = std::ranges::find(link->inputs, Role::archive, &RecordedInput::role);
  ASSERT_NE(archive, link->inputs.end());
  EXPECT_THAT(read_file(result->store / archive->content.hex()).value(), HasSubstr("!<arch>"));
}

TEST_F(CaptureBuild, MakesInstrumentedObjectsOpaque) {
  write("a.c", "int main(void){return 0;}\n");
  const auto result = build({"cc", "-fsanitize=undefined", "-c", "a.c"});
  ASSERT_TRUE(result) << describe(result.error(), "test");
  EXPECT_EQ(compile_of(result->log, "a.c")->opaque_reason, "built with -fsanitize=undefined");
}

TEST_F(CaptureBuild, TakesOutTheBuildsOwnLtoAndLinker) {
  write("a.c", "int main(void){return 0;}\n");
  const auto result = build({"gcc -flto -O2 -c a.c && gcc -flto -fuse-ld=bfd a.o -o a"});
  ASSERT_TRUE(result) << describe(result.error(), "test");
  EXPECT_EQ(link_of(result->log, "a")->opaque_reason, "");
  EXPECT_THAT(result->log.warnings, ElementsAre(HasSubstr("`-flto` was left out"),
                                                HasSubstr("`-fuse-ld=bfd` was replaced")));
}

TEST_F(CaptureBuild, RunsAGeneratorThatWasJustLinked) {
  write("gen.c", "#include <stdio.h>\nint main(void){puts(\"int made;\");return 0;}\n");
  const auto result = build({"cc gen.c -o gen && ./gen > made.c && cc -c made.c"});
  ASSERT_TRUE(result) << describe(result.error(), "test");
  EXPECT_NE(compile_of(result->log, "made.c"), nullptr);
}

TEST_F(CaptureBuild, EndsWithTheBuildsOwnCode) {
  write("a.c", "this is not C\n");
  const auto result = build({"cc -c a.c || exit 7"});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind(), ErrorKind::build_failed);
  EXPECT_EQ(result.error().code(), "build.failed");
  EXPECT_EQ(result.error().exit_code(), 7);
  EXPECT_THAT(result.error().help(), HasSubstr("a.c:1:"));
}

TEST_F(CaptureBuild, RefusesAWorkFolderInUse) {
  write("a.c", "int x;\n");
  ASSERT_TRUE(build({"true"}));
  const auto again = build({"true"});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code(), "build.work-in-use");
}

TEST_F(CaptureBuild, NamesASourceTreeThatIsNotThere) {
  const auto result = build({"true"});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code(), "build.no-source");
}

TEST_F(CaptureBuild, SaysWhatItLookedFor) {
  write("readme", "x");
  const auto result = build();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code(), "build.not-recognized");
  EXPECT_THAT(result.error().help(), HasSubstr("meson.build"));
}

TEST_F(CaptureBuild, RecognizesBuildSystemsInOrder) {
  using enum BuildSystem;
  write("Makefile", "");
  EXPECT_THAT(recognize_build_systems(source()).value(), ElementsAre(make));
  write("configure", "#!/bin/sh\n");
  EXPECT_THAT(recognize_build_systems(source()).value(), ElementsAre(make));
  write("configure", "#!/bin/sh\n", 0755);
  EXPECT_THAT(recognize_build_systems(source()).value(), ElementsAre(configure, make));
  write("meson.build", "");
  write("CMakeLists.txt", "");
  EXPECT_THAT(recognize_build_systems(source()).value(),
              ElementsAre(cmake, meson, configure, make));
}

}  // namespace
}  // namespace xaas
