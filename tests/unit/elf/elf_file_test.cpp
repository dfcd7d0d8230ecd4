// SPDX-License-Identifier: Apache-2.0
#include "xaas/elf/elf_file.hpp"

#include "workshop.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace xaas {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::Key;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

class ReadElf : public testing::Workshop {
 protected:
  void SetUp() override {
    Workshop::SetUp();
    write("main.c", "#include <stdio.h>\nint main(void) { return puts(\"x\") < 0; }\n");
    write("lib.c",
          "int shared_one(void) { return 1; }\n"
          "__attribute__((weak)) int weak_one(void) { return 2; }\n"
          "__attribute__((visibility(\"hidden\"))) int hidden_one(void) { return 3; }\n"
          "extern int from_elsewhere(void);\n"
          "int caller(void) { return from_elsewhere() + hidden_one(); }\n");
    write("common.h", "int tentative; static int local_one;\n");
  }
};

TEST_F(ReadElf, KnowsARelocatableObject) {
  sh("clang-22 -c main.c -o main.o");
  const auto facts = facts_of("main.o");
  EXPECT_EQ(facts.kind, ElfKind::relocatable);
  EXPECT_TRUE(facts.has_symbol_table);
  EXPECT_FALSE(facts.has_bitcode);
  EXPECT_FALSE(facts.has_debug_info);
  EXPECT_THAT(facts.needed, IsEmpty());
}

TEST_F(ReadElf, SeesBitcodeInAFatObject) {
  sh("clang-22 -flto=thin -ffat-lto-objects -fno-split-lto-unit -c main.c -o fat.o");
  EXPECT_TRUE(facts_of("fat.o").has_bitcode);
  const auto section = read_elf_section(bytes_of("fat.o"), ".llvm.lto");
  ASSERT_TRUE(section.has_value());
  ASSERT_TRUE(section->has_value());
  EXPECT_EQ((*section)->substr(0, 4), "BC\xC0\xDE");
}

TEST_F(ReadElf, CallsAPositionIndependentProgramAnExecutable) {
  sh("clang-22 -pie main.c -o pie -Wl,--build-id=0x0123abcd -g");
  const auto facts = facts_of("pie");
  EXPECT_EQ(facts.kind, ElfKind::executable);
  EXPECT_EQ(facts.build_id, "0123abcd");
  EXPECT_THAT(facts.interpreter, ::testing::StartsWith("/lib"));
  EXPECT_THAT(facts.needed, Contains("libc.so.6"));
  EXPECT_THAT(facts.version_needs, Contains(Key("libc.so.6")));
  EXPECT_TRUE(facts.has_debug_info);
}

TEST_F(ReadElf, KnowsOtherPrograms) {
  sh("clang-22 -no-pie main.c -o fixed; clang-22 -static main.c -o static;"
     "clang-22 -static-pie main.c -o static-pie");
  EXPECT_EQ(facts_of("fixed").kind, ElfKind::executable);
  EXPECT_EQ(facts_of("static").kind, ElfKind::executable);
  EXPECT_EQ(facts_of("static").interpreter, "");
  EXPECT_EQ(facts_of("static-pie").kind, ElfKind::executable);
}

TEST_F(ReadElf, KnowsASharedLibrary) {
  sh("clang-22 -shared -fPIC lib.c -o lib.so -Wl,-soname,libone.so.1");
  const auto facts = facts_of("lib.so");
  EXPECT_EQ(facts.kind, ElfKind::shared_library);
  EXPECT_EQ(facts.soname, "libone.so.1");
  EXPECT_EQ(facts.interpreter, "");
}

TEST_F(ReadElf, TakesTheCLibraryForALibraryThoughItCanBeRun) {
  sh("cp $(clang-22 -print-file-name=libc.so.6) libc.so.6");
  const auto facts = facts_of("libc.so.6");
  EXPECT_EQ(facts.kind, ElfKind::shared_library);
  EXPECT_NE(facts.interpreter, "");
  EXPECT_THAT(facts.version_definitions, Contains("GLIBC_2.34"));
  EXPECT_THAT(facts.version_definitions, Not(Contains("libc.so.6")));
}

TEST_F(ReadElf, ReadsRunpath) {
  sh("clang-22 main.c -o p -Wl,-rpath,'$ORIGIN/../lib' -Wl,-rpath,/opt/x -Wl,--enable-new-dtags");
  const auto facts = facts_of("p");
  EXPECT_THAT(facts.runpath, ElementsAre("$ORIGIN/../lib", "/opt/x"));
  EXPECT_FALSE(facts.has_rpath);
}

TEST_F(ReadElf, ReadsTheOlderRpath) {
  sh("clang-22 main.c -o p -Wl,-rpath,/opt/x -Wl,--disable-new-dtags");
  const auto facts = facts_of("p");
  EXPECT_THAT(facts.runpath, ElementsAre("/opt/x"));
  EXPECT_TRUE(facts.has_rpath);
}

TEST_F(ReadElf, SeesThatAFileWasStripped) {
  sh("clang-22 -g main.c -o p -Wl,--build-id=sha1; strip -o stripped p");
  const auto before = facts_of("p");
  const auto after = facts_of("stripped");
  EXPECT_TRUE(before.has_symbol_table);
  EXPECT_FALSE(after.has_symbol_table);
  EXPECT_FALSE(after.has_debug_info);
  EXPECT_EQ(before.build_id.size(), 40U);
  EXPECT_EQ(after.build_id, before.build_id);
}

TEST_F(ReadElf, KnowsADebugCompanion) {
  sh("clang-22 -g main.c -o p -Wl,--build-id=sha1; objcopy --only-keep-debug p p.debug;"
     "llvm-objcopy-22 --only-keep-debug p p.debug2");
  for (const auto* name : {"p.debug", "p.debug2"}) {
    const auto facts = facts_of(name);
    EXPECT_EQ(facts.kind, ElfKind::other);
    EXPECT_TRUE(facts.has_debug_info);
    EXPECT_EQ(facts.build_id, facts_of("p").build_id);
  }
}

TEST_F(ReadElf, ReadsAFileWithoutSectionHeaders) {
  sh("clang-22 main.c -o p -Wl,--build-id=0x01; llvm-objcopy-22 --strip-sections p bare");
  const auto facts = facts_of("bare");
  EXPECT_EQ(facts.kind, ElfKind::executable);
  EXPECT_THAT(facts.needed, Contains("libc.so.6"));
  EXPECT_EQ(facts.build_id, "01");
}

TEST_F(ReadElf, NamesOtherArchitectures) {
  sh("clang-22 --target=aarch64-linux-gnu -c lib.c -o arm.o;"
     "clang-22 --target=riscv64-linux-gnu -c lib.c -o riscv.o;"
     "clang-22 --target=powerpc64le-linux-gnu -c lib.c -o ppc.o;"
     "clang-22 --target=x86_64-linux-gnu -c lib.c -o x86.o");
  EXPECT_EQ(facts_of("arm.o").architecture, "arm64");
  EXPECT_EQ(facts_of("riscv.o").architecture, "riscv64");
  EXPECT_EQ(facts_of("ppc.o").architecture, "ppc64le");
  EXPECT_EQ(facts_of("x86.o").architecture, "amd64");
}

TEST_F(ReadElf, SaysOnlyWhatAFileOfAnotherLayoutIs) {
  sh("clang-22 --target=i386-linux-gnu -c lib.c -o i386.o;"
     "clang-22 --target=s390x-linux-gnu -c lib.c -o s390x.o");
  EXPECT_EQ(facts_of("i386.o").kind, ElfKind::other);
  EXPECT_EQ(facts_of("i386.o").architecture, "e_machine 3");
  EXPECT_EQ(facts_of("s390x.o").architecture, "e_machine 22");
  EXPECT_EQ(strong_exports(bytes_of("i386.o")).error().code(), "elf.other-layout");
}

TEST_F(ReadElf, IsEmptyForOtherFiles) {
  EXPECT_EQ(read_elf("")->has_value(), false);
  EXPECT_EQ(read_elf("#!/bin/sh\n")->has_value(), false);
  EXPECT_EQ(strong_exports("#!/bin/sh\n").error().code(), "elf.not-elf");
}

TEST_F(ReadElf, ReadsBytesThatLieAnywhere) {
  sh("clang-22 main.c -o p");
  const auto bytes = bytes_of("p");
  for (std::size_t shift = 1; shift < 8; ++shift) {
    const auto moved = std::string(shift, 'x') + bytes;
    const auto facts = read_elf(std::string_view{moved}.substr(shift));
    ASSERT_TRUE(facts.has_value()) << facts.error().message();
    EXPECT_THAT((*facts)->version_needs, Contains(Key("libc.so.6")));
  }
}

TEST_F(ReadElf, GivesSectionsByName) {
  sh("clang-22 -c main.c -o main.o");
  EXPECT_FALSE(read_elf_section(bytes_of("main.o"), ".none")->has_value());
  EXPECT_EQ(read_elf_section(bytes_of("main.o"), ".bss")->value_or(""), "");
}

TEST_F(ReadElf, ListsStrongExportsOnly) {
  sh("clang-22 -shared -fPIC lib.c -o lib.so");
  EXPECT_THAT(*strong_exports(bytes_of("lib.so")), UnorderedElementsAre("shared_one", "caller"));
  EXPECT_THAT(*undefined_symbols(bytes_of("lib.so")), UnorderedElementsAre("from_elsewhere"));
}

TEST_F(ReadElf, ListsWhatAnObjectDefinesForOthers) {
  sh("clang-22 -c -fcommon lib.c -o lib.o -include common.h");
  EXPECT_THAT(*defined_symbols(bytes_of("lib.o")),
              UnorderedElementsAre("shared_one", "weak_one", "hidden_one", "caller", "tentative"));
}

TEST_F(ReadElf, GivesVersionsToExportsWhicheverLinkerMadeThem) {
  write("versions.map", "ONE_1 { global: shared_one; local: *; };\nONE_2 { caller; } ONE_1;\n");
  for (const std::string linker : {"bfd", "lld"}) {
    sh("clang-22 -shared -fPIC lib.c -o lib.so -fuse-ld=" + linker +
       " -Wl,--version-script=versions.map,-soname,libone.so.1 --ld-path=$(command -v ld." +
       (linker == "lld" ? "lld-22" : "bfd") + ")");
    EXPECT_THAT(*strong_exports(bytes_of("lib.so")),
                UnorderedElementsAre("shared_one@ONE_1", "caller@ONE_2"));
    EXPECT_THAT(facts_of("lib.so").version_definitions, UnorderedElementsAre("ONE_1", "ONE_2"));
  }
}

TEST_F(ReadElf, GivesVersionsToUndefinedSymbols) {
  sh("clang-22 --target=x86_64-linux-gnu main.c -o p");
  EXPECT_THAT(*undefined_symbols(bytes_of("p")), Contains("puts@GLIBC_2.2.5"));
}

TEST_F(ReadElf, DoesNotTakeACopyForAnExport) {
  write("copy.c", "#include <stdio.h>\nint main(void) { return fputs(\"x\", stdout) < 0; }\n");
  sh("clang-22 -no-pie -fno-pie -O1 copy.c -o p");
  EXPECT_THAT(*strong_exports(bytes_of("p")), Not(Contains("stdout@GLIBC_2.2.5")));
}

TEST_F(ReadElf, ListsWhatAProgramTakesOfOthers) {
  write("other.c", "int table[4]; int called(void) { return 1; } int weak(void) { return 2; }\n");
  write("taker.c",
        "extern int table[4]; int called(void); __attribute__((weak)) int weak(void);\n"
        "int own[4];\n"
        "int main(void) { return table[1] + own[1] + called() + (weak ? weak() : 0); }\n");
  sh("clang-22 -shared -fPIC other.c -o libother.so");
  // Of a program with fixed addresses the variable is a copy.
  for (const std::string kind : {"-no-pie -fno-pie", "-pie -fPIE"}) {
    sh("clang-22 -O1 -rdynamic " + kind + " taker.c libother.so -o p");
    EXPECT_THAT(imported_symbols(bytes_of("p"))->value(),
                AllOf(IsSupersetOf({"table", "called", "weak"}), Not(Contains("own")),
                      Not(Contains("main"))));
  }
}

TEST_F(ReadElf, CannotTellWhatIsTakenWithoutTables) {
  sh("clang-22 -static main.c -o p");
  EXPECT_FALSE(imported_symbols(bytes_of("p"))->has_value());
  sh("clang-22 main.c -o p && llvm-objcopy-22 --strip-sections p");
  EXPECT_FALSE(imported_symbols(bytes_of("p"))->has_value());
}

TEST_F(ReadElf, AgreesWithReadelfOnTheSystemsMathLibrary) {
  sh("cp $(clang-22 -print-file-name=libm.so.6) libm.so.6;"
     "readelf -W --dyn-syms libm.so.6 |"
     "awk '$5 == \"GLOBAL\" && $7 ~ /^[0-9]/ { sub(/@@/, \"@\", $8); print $8 }' |"
     "LC_ALL=C sort -u > expected");
  const auto exports = strong_exports(bytes_of("libm.so.6"));
  ASSERT_TRUE(exports.has_value());
  std::string text;
  for (const auto& name : *exports) text += name + "\n";
  EXPECT_GT(exports->size(), 100U);
  EXPECT_EQ(text, bytes_of("expected"));
}

TEST_F(ReadElf, HasNoExportsInAStaticProgram) {
  sh("clang-22 -static main.c -o p");
  EXPECT_THAT(*strong_exports(bytes_of("p")), IsEmpty());
  EXPECT_THAT(*undefined_symbols(bytes_of("p")), IsEmpty());
}

}  // namespace
}  // namespace xaas
