// SPDX-License-Identifier: Apache-2.0
#include "xaas/ir/link_rules.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace xaas {
namespace {

TEST(IsLinkOption, TakesWhatDescribesAProduct) {
  for (const char* option :
       {"--pie", "--shared", "--Bstatic", "--as-needed", "--gc-sections", "--icf=all", "-znow",
        "-zmax-page-size=4096", "-O2", "-melf_x86_64", "-maarch64linux", "-s", "-x", "--EL"}) {
    EXPECT_TRUE(is_link_option(option)) << option;
  }
}

TEST(IsLinkOption, TakesPathsThatAreWrittenIntoTheProduct) {
  for (const char* option : {"--dynamic-linker=/lib64/ld.so", "--rpath=$ORIGIN/../lib", "--rpath=",
                             "--soname=@x", "--defsym=a=b", "--wrap=open", "--build-id=0xab"}) {
    EXPECT_TRUE(is_link_option(option)) << option;
  }
}

TEST(IsLinkOption, RefusesWhatWritesAFile) {
  for (const char* option :
       {"-ox", "-o", "--output=x", "--reproduce=x", "-Map=x", "--Map=x", "--dependency-file=x",
        "--why-extract=x", "--print-archive-stats=x", "--print-gc-sections=x",
        "--print-symbol-order=x", "--out-implib=x", "--time-trace=x", "--save-temps",
        "--thinlto-cache-dir=x", "--thinlto-index-only=x", "--lto-obj-path=x",
        "--opt-remarks-filename=x", "--plugin-opt=stats-file=x"}) {
    EXPECT_FALSE(is_link_option(option)) << option;
  }
}

TEST(IsLinkOption, RefusesWhatRunsCode) {
  for (const char* option :
       {"--load-pass-plugin=x", "-mllvm", "--mllvm=-x", "-mllvm=-x", "--thinlto-distributor=x",
        "--error-handling-script=x", "--lto-newpm-passes=x", "--plugin=x"}) {
    EXPECT_FALSE(is_link_option(option)) << option;
  }
}

TEST(IsLinkOption, RefusesWhatReadsAFile) {
  for (const char* option : {"", "@x", "x", "/etc/passwd", "a.o", "-lx", "-Lx", "--library=x",
                             "-Tx", "--script=x", "--version-script=x", "--just-symbols=x",
                             "--sysroot=x", "--chroot=x", "--remap-inputs=a=b"}) {
    EXPECT_FALSE(is_link_option(option)) << option;
  }
}

TEST(IsLinkOption, RefusesWhatTakesTheNextWord) {
  for (const std::string_view option :
       {std::string_view("-z"), std::string_view("-z\0now", 6), std::string_view("-m"),
        std::string_view("-O"), std::string_view("-u"), std::string_view("--soname"),
        std::string_view("--rpath"), std::string_view("--defsym")}) {
    EXPECT_FALSE(is_link_option(option)) << option;
  }
}

// lld reads "-omagic" as `-o magic`.
TEST(IsLinkOption, RefusesLongOptionsWithOneDash) {
  EXPECT_FALSE(is_link_option("-omagic"));
  EXPECT_FALSE(is_link_option("-pie"));
  EXPECT_TRUE(is_link_option("--omagic"));
}

TEST(IsLinkOption, RefusesAValueWhereThereIsNone) {
  EXPECT_FALSE(is_link_option("--as-needed=x"));
  EXPECT_FALSE(is_link_option("-O2x"));
  EXPECT_FALSE(is_link_option("-sx"));
}

TEST(ObjectionToLinkFile, NamesTheCommandThatOpensAnotherFile) {
  for (const char* script : {"INCLUDE x", "SECTIONS { INCLUDE x }", "INPUT(x)", "GROUP ( a b )",
                             "SEARCH_DIR(/)", "OUTPUT(x)", "STARTUP(x)", "# /*\nINCLUDE x\n# */"}) {
    for (const char* prefix : {"", "--script=", "--default-script="}) {
      EXPECT_NE(objection_to_link_file(prefix, script), "") << prefix << script;
    }
  }
  EXPECT_EQ(objection_to_link_file("--script=", "a = 1;INCLUDE x"),
            "a linker script with `INCLUDE`");
}

TEST(ObjectionToLinkFile, TakesScriptsThatOnlyPlaceThings) {
  const char* script = "SECTIONS { .text : { *(.text.INPUT_x) KEEP(*(.included)) } } ENTRY(start)";
  EXPECT_EQ(objection_to_link_file("--script=", script), "");
  EXPECT_EQ(objection_to_link_file("", script), "");
  EXPECT_EQ(objection_to_link_file("", ""), "");
}

TEST(ObjectionToLinkFile, RefusesThinArchives) {
  EXPECT_NE(objection_to_link_file("", "!<thin>\n"), "");
  EXPECT_EQ(objection_to_link_file("", "!<arch>\nINCLUDE x"), "");
}

TEST(ObjectionToLinkFile, DoesNotTakeAnObjectForAScript) {
  EXPECT_EQ(objection_to_link_file("", "\177ELF INCLUDE"), "");
  EXPECT_EQ(objection_to_link_file("", "BC\xC0\xDE INCLUDE"), "");
  EXPECT_NE(objection_to_link_file("--script=", "\177ELF INCLUDE"), "");
}

// Only their own syntax is known there (lld 22: "; expected, but got").
TEST(ObjectionToLinkFile, LetsSymbolsOfVersionScriptsBeCalledLikeCommands) {
  EXPECT_EQ(objection_to_link_file("--version-script=", "{ global: INPUT; };"), "");
}

}  // namespace
}  // namespace xaas
