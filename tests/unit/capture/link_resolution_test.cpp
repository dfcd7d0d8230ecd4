// SPDX-License-Identifier: Apache-2.0
#include "link_resolution.hpp"

#include "linker_script.hpp"

#include "xaas/ir/link_rules.hpp"
#include "xaas/support/files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace xaas {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using Role = RecordedInput::Role;
using Words = std::vector<std::string>;

constexpr std::string_view k_archive = "!<arch>\n";

std::string elf(char type) {
  std::string bytes(64, '\0');
  bytes.replace(0, 4,
                "\x7f"
                "ELF");
  bytes[16] = type;
  return bytes;
}

/// A folder with files that have the right first bytes: that is all the resolver looks at.
class ResolveLink : public testing::Test {
 protected:
  void SetUp() override {
    write("a.o", elf(1));
    write("b.o", elf(1));
    write("lib/libx.so", elf(3));
    write("lib/libx.a", k_archive);
    write("lib/liby.a", k_archive);
    write("other/liby.so", elf(3));
  }

  void write(const std::string& path, std::string_view bytes) const {
    ASSERT_TRUE(write_file(folder_.path() / path, bytes));
  }

  [[nodiscard]] Result<ResolvedLink> resolve(const Words& argv) const {
    return resolve_link(parse_linker_arguments(argv), folder_.path());
  }

  /// "-znow", "object a.o", "whole lib/liby.a" ...
  [[nodiscard]] Words tokens(const Words& argv) const {
    const auto link = resolve(argv);
    if (!link) return {"error: " + link.error().message()};
    Words words;
    for (const RecordedInput& input : link->inputs) words.push_back(token(input));
    return words;
  }

  [[nodiscard]] std::string token(const RecordedInput& input) const {
    const std::string path =
        std::filesystem::path(input.path).lexically_relative(folder_.path()).string();
    switch (input.role) {
      case Role::option:
        return input.text;
      case Role::object:
        return "object " + path;
      case Role::archive:
        return (input.whole ? "whole " : "archive ") + path;
      case Role::shared_library:
        return "shared " + path + " as " + input.text;
      case Role::file_argument:
        return input.text + path;
    }
    return {};
  }

  TemporaryFolder folder_ = TemporaryFolder::make().value();
};

TEST_F(ResolveLink, KeepsEmptyValuesToThemselves) {
  EXPECT_THAT(
      tokens({"--soname=", "a.o", "--rpath", "", "b.o", "--unknown=", "-kother="}),
      ElementsAre("--soname=", "object a.o", "--rpath=", "object b.o", "--unknown=", "--kother="));
}

TEST_F(ResolveLink, RefusesAnEmptyValueThatOneWordCannotSay) {
  const auto link = resolve({"-z", "", "a.o"});
  ASSERT_TRUE(link);
  EXPECT_THAT(link->opaque_reason, HasSubstr("-z"));
}

TEST_F(ResolveLink, KeepsTheOrder) {
  EXPECT_THAT(tokens({"b.o", "-o", "p", "--as-needed", "a.o"}),
              ElementsAre("object b.o", "--as-needed", "object a.o"));
}

TEST_F(ResolveLink, SearchesFoldersInOrderAndSharedFirst) {
  EXPECT_THAT(tokens({"-lx", "-ly", "-Llib", "-L", "other"}),
              ElementsAre("shared lib/libx.so as libx.so", "archive lib/liby.a"));
}

TEST_F(ResolveLink, TakesArchivesWhereOnlyStaticOnesAreAllowed) {
  EXPECT_THAT(tokens({"-Llib", "-Bstatic", "-lx", "-Bdynamic", "-lx"}),
              ElementsAre("--Bstatic", "archive lib/libx.a", "--Bdynamic",
                          "shared lib/libx.so as libx.so"));
}

TEST_F(ResolveLink, RestoresPushedState) {
  EXPECT_THAT(tokens({"-Llib", "--push-state", "-Bstatic", "--whole-archive", "-lx", "--pop-state",
                      "-lx", "-ly"}),
              ElementsAre("--push-state", "--Bstatic", "whole lib/libx.a", "--pop-state",
                          "shared lib/libx.so as libx.so", "archive lib/liby.a"));
}

TEST_F(ResolveLink, FindsALibraryByItsFileName) {
  EXPECT_THAT(tokens({"-Llib", "-l:libx.a"}), ElementsAre("archive lib/libx.a"));
}

TEST_F(ResolveLink, OpensLibraryScripts) {
  write("lib/libs.so",
        "/* GNU ld script */ OUTPUT_FORMAT(elf64-x86-64)\n"
        "GROUP ( libx.so -ly AS_NEEDED ( " +
            (folder_.path() / "a.o").string() + " ) )");
  EXPECT_THAT(tokens({"-Llib", "-ls"}),
              ElementsAre("shared lib/libx.so as " + (folder_.path() / "lib/libx.so").string(),
                          "archive lib/liby.a", "--push-state", "--as-needed", "object a.o",
                          "--pop-state"));
  EXPECT_THAT(resolve({"-Llib", "-ls"})->scripts,
              ElementsAre((folder_.path() / "lib/libs.so").string()));
}

TEST_F(ResolveLink, EndsOnAScriptThatNamesItself) {
  write("lib/libloop.so", "INPUT(-lloop)");
  EXPECT_THAT(resolve({"-Llib", "-lloop"})->opaque_reason, HasSubstr("too deeply"));
}

TEST_F(ResolveLink, HandsAScriptWithSectionsToTheLinker) {
  write("sections.ld", "SECTIONS { .text : { *(.text) } }");
  EXPECT_THAT(tokens({"a.o", "sections.ld"}), ElementsAre("object a.o", "sections.ld"));
}

TEST_F(ResolveLink, NamesFilesOfOptions) {
  write("v.map", "{ local: *; };");
  EXPECT_THAT(tokens({"--version-script", "v.map", "-dynamic-list=v.map", "-Tv.map"}),
              ElementsAre("--version-script=v.map", "--dynamic-list=v.map", "--script=v.map"));
}

TEST_F(ResolveLink, JoinsOptionsWithTheirValues) {
  EXPECT_THAT(tokens({"-z", "now", "-m", "elf_x86_64", "-soname", "libp.so.1", "-h", "libq.so",
                      "-rpath", "$ORIGIN", "-u", "sym", "-export-dynamic", "-O2", "-e", "start"}),
              ElementsAre("-znow", "-melf_x86_64", "--soname=libp.so.1", "--soname=libq.so",
                          "--rpath=$ORIGIN", "--undefined=sym", "--export-dynamic", "-O2",
                          "--entry=start"));
}

TEST_F(ResolveLink, DropsWhatIsAboutOneRunOnly) {
  EXPECT_THAT(
      tokens({"-plugin", "x.so", "-plugin-opt=O3", "--lto-O2", "-flto", "-Map=p.map", "-t",
              "--build-id=md5", "--threads=2", "--start-group", "a.o", "--end-group", "-("}),
      ElementsAre("object a.o"));
}

TEST_F(ResolveLink, ReadsOneDashBeforeAnOAsTheOutput) {
  EXPECT_EQ(resolve({"-omagic", "a.o"})->output, (folder_.path() / "magic").string());
  EXPECT_THAT(tokens({"--omagic", "a.o"}), ElementsAre("--omagic", "object a.o"));
}

TEST_F(ResolveLink, WritesWhatItKeepsAsAnImageCanNameIt) {
  const Words words = tokens({"-pie",
                              "-icf=all",
                              "-no-dynamic-linker",
                              "-Bsymbolic",
                              "-gc-sections",
                              "-shared",
                              "-EL",
                              "-E",
                              "-s",
                              "-z",
                              "relro",
                              "-m",
                              "elf_x86_64",
                              "-I",
                              "/ld.so",
                              "-hash-style=gnu",
                              "-static",
                              "--no-undefined",
                              "--defsym",
                              "a=b",
                              "-R",
                              "/x",
                              "-O1",
                              "--push-state",
                              "-dy",
                              "-unique"});
  EXPECT_THAT(words, SizeIs(21));
  for (const std::string& word : words) EXPECT_TRUE(is_link_option(word)) << word;
}

TEST_F(ResolveLink, DropsWhatOnlyTheLinkersOutputShows) {
  EXPECT_THAT(tokens({"--no-demangle", "--warn-once", "-no-warn-mismatch", "--reproduce=x.tar",
                      "--print-gc-sections=x", "--no-mmap-output-file", "--time-trace", "-g",
                      "--why-extract", "x", "--dependency-file=x", "--no-lto-pgo-warn-mismatch"}),
              IsEmpty());
}

TEST_F(ResolveLink, TellsTheKindOfOutput) {
  EXPECT_EQ(resolve({"-shared", "a.o", "-o", "x"})->kind, LinkRecord::Kind::shared_library);
  EXPECT_EQ(resolve({"-r", "a.o", "-ox"})->kind, LinkRecord::Kind::relocatable);
  EXPECT_EQ(resolve({"a.o"})->output, (folder_.path() / "a.out").string());
}

TEST_F(ResolveLink, RefusesWhatTheRecordCannotSay) {
  EXPECT_THAT(resolve({"--format=binary", "a.o"})->opaque_reason, HasSubstr("binary"));
  EXPECT_THAT(resolve({"--remap-inputs=a=b", "a.o"})->opaque_reason, HasSubstr("--remap-inputs"));
}

TEST_F(ResolveLink, NamesALibraryThatIsNowhere) {
  EXPECT_THAT(tokens({"-lnowhere"}), ElementsAre("error: cannot find library `-lnowhere`"));
  EXPECT_EQ(resolve({"absent.o"}).error().code(), "capture.link-input");
}

TEST_F(ResolveLink, ComparesWithWhatTheLinkerOpened) {
  const auto link = resolve({"a.o", "lib/../b.o"});
  ASSERT_TRUE(link);
  const std::string root = folder_.path().string();
  EXPECT_EQ(difference_to_opened(*link, {"a.o", root + "/b.o"}, root), "");
  EXPECT_THAT(difference_to_opened(*link, {"a.o", "b.o", "lib/libx.a"}, root),
              HasSubstr("also read"));
  EXPECT_THAT(difference_to_opened(*link, {"a.o"}, root), HasSubstr("did not read"));
}

TEST(ParseDependencyFile, UndoesTheEscapes) {
  EXPECT_THAT(
      parse_dependency_file("p: \\\n a\\ b.o \\\n c$$.o\n\na\\ b.o:\n\nc$$.o:\n\nd\\#.o:\n"),
      ElementsAre("a b.o", "c$.o", "d#.o"));
}

TEST(ParseLibraryScript, SeesWhatItCannotSay) {
  EXPECT_TRUE(parse_library_script("VERSION { x; }")->has_more);
  EXPECT_FALSE(parse_library_script("GROUP ( a.so , b.so );")->has_more);
  EXPECT_EQ(parse_library_script("GROUP ( a.so").error().code(), "capture.linker-script");
  EXPECT_EQ(parse_library_script("/* no end").error().code(), "capture.linker-script");
}

}  // namespace
}  // namespace xaas
