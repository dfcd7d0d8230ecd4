// SPDX-License-Identifier: Apache-2.0
#include "xaas/capture/build.hpp"

#include "xaas/support/diagnostics.hpp"
#include "xaas/support/files.hpp"

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
}

}  // namespace
}  // namespace xaas
