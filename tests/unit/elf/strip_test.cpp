// SPDX-License-Identifier: Apache-2.0
#include "workshop.hpp"

#include "xaas/elf/elf_file.hpp"

#include <gtest/gtest.h>

namespace xaas {
namespace {

class StripElf : public testing::Workshop {
 protected:
  void SetUp() override {
    Workshop::SetUp();
    write("a.c", "static int local(void) { return 3; }\nint a(void) { return local(); }\n");
    write("main.c", "int a(void);\nint main(void) { return a() - 3; }\n");
    sh("clang-22 -g -flto=thin -ffat-lto-objects -fno-split-lto-unit -c a.c main.c;"
       "clang-22 -g a.o main.o -o p -Wl,--build-id=0xabcd");
  }

  [[nodiscard]] std::string stripped(const std::string& name, Strip what) const {
    auto bytes = strip_elf(bytes_of(name), what);
    EXPECT_TRUE(bytes.has_value()) << (bytes ? "" : bytes.error().message());
    return bytes ? std::move(*bytes) : std::string{};
  }
};

TEST_F(StripElf, TakesBitcodeOutOfAnObjectAndNothingElse) {
  write("plain.o", stripped("a.o", Strip::nothing));
  EXPECT_TRUE(facts_of("a.o").has_bitcode);
  EXPECT_FALSE(facts_of("plain.o").has_bitcode);
  EXPECT_TRUE(facts_of("plain.o").has_debug_info);
  EXPECT_TRUE(facts_of("plain.o").has_symbol_table);
  sh("clang-22 plain.o main.o -o q && ./q");
}

TEST_F(StripElf, LeavesAFileWithNothingToRemoveAsItIs) {
  EXPECT_EQ(stripped("p", Strip::nothing), bytes_of("p"));
}

TEST_F(StripElf, RemovesDebugInformation) {
  write("q", stripped("p", Strip::debug));
  EXPECT_FALSE(facts_of("q").has_debug_info);
  EXPECT_TRUE(facts_of("q").has_symbol_table);
}

TEST_F(StripElf, RemovesAllSymbolsButNotTheBuildId) {
  write("q", stripped("p", Strip::all));
  EXPECT_FALSE(facts_of("q").has_symbol_table);
  EXPECT_FALSE(facts_of("q").has_debug_info);
  EXPECT_EQ(facts_of("q").build_id, "abcd");
  EXPECT_TRUE(read_elf_section(bytes_of("q"), ".comment")->has_value());
  sh("chmod +x q && ./q");
}

TEST_F(StripElf, KeepsAnObjectLinkable) {
  write("plain.o", stripped("a.o", Strip::all));
  EXPECT_FALSE(facts_of("plain.o").has_debug_info);
  sh("clang-22 plain.o main.o -o q && ./q");
}

TEST_F(StripElf, GivesTheSameBytesEveryTime) {
  EXPECT_EQ(stripped("a.o", Strip::all), stripped("a.o", Strip::all));
}

TEST_F(StripElf, TellsThatBitcodeIsNeededByAnotherSection) {
  write("a.s",
        ".section .llvm.lto,\"a\",@progbits\n.byte 0\n"
        ".section .x,\"ao\",@progbits,.llvm.lto\n.byte 0\n");
  sh("clang-22 -c a.s -o a.o");
  const auto result = strip_elf(bytes_of("a.o"), Strip::nothing);
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code(), "elf.strip");
}

TEST_F(StripElf, LeavesTheSameObjectWithAndWithoutDebugInformation) {
  write("d.c", "static int table[4];\nint d(int i) { return ++table[i]; }\n");
  sh("clang-22 -c d.c -o plain.o; clang-22 -g -c d.c -o debug.o");
  EXPECT_TRUE(facts_of("debug.o").has_debug_info);
  EXPECT_EQ(stripped("debug.o", Strip::debug), stripped("plain.o", Strip::debug));
}

TEST_F(StripElf, LeavesTheSameAssemblyWithAndWithoutDebugInformation) {
  write("s.S",
        ".data\n.quad 1\n.text\n.globl s\ns: lea table(%rip), %rax\n call f\n ret\n"
        ".section .rodata\ntable: .quad 2\n.section .note.GNU-stack,\"\",@progbits\n");
  sh("clang-22 -c s.S -o plain.o; clang-22 -g -c s.S -o debug.o");
  EXPECT_TRUE(facts_of("debug.o").has_debug_info);
  write("s.o", stripped("debug.o", Strip::debug));
  EXPECT_EQ(bytes_of("s.o"), stripped("plain.o", Strip::debug));
  write("f.c", "int s(void); void f(void) {} int main(void) { return *(long*)(long)s() != 2; }");
  sh("clang-22 s.o f.c -o q");
}

TEST_F(StripElf, ChangesNothingThatIsLoaded) {
  EXPECT_EQ(*first_loaded_difference(bytes_of("p"), stripped("p", Strip::debug)), "");
  EXPECT_EQ(*first_loaded_difference(bytes_of("p"), stripped("p", Strip::all)), "");
}

TEST_F(StripElf, TellsWhatIsLoadedDifferently) {
  write("b.c", "int a(void) { return 2 + 1; }\n");
  sh("clang-22 b.c main.o -o q -Wl,--build-id=0xabcd; clang-22 a.o main.o -o r "
     "-Wl,--build-id=0xabce");
  EXPECT_EQ(*first_loaded_difference(bytes_of("p"), bytes_of("q")), ".text");
  EXPECT_EQ(*first_loaded_difference(bytes_of("p"), bytes_of("r")), ".note.gnu.build-id");
}

TEST_F(StripElf, RefusesOtherFiles) {
  EXPECT_EQ(strip_elf("text", Strip::all).error().code(), "elf.not-elf");
}

}  // namespace
}  // namespace xaas
