// SPDX-License-Identifier: Apache-2.0
#include "compiled.hpp"

#include "xaas/verify/verify.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <latch>
#include <thread>

namespace xaas {
namespace {

using testing::compiled;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Counts = std::map<std::string, std::uint64_t>;

const std::string k_loop =
    "void add(float* restrict a, const float* restrict b, int n) {"
    "  for (int i = 0; i < n; ++i) a[i] += b[i] * 3.0f; }\n"
    "void count(int* restrict a, const int* restrict b, int n) {"
    "  for (int i = 0; i < n; ++i) a[i] += b[i]; }\n";

Census census_of(const std::string& bytes, const std::set<std::string>& explicit_functions = {}) {
  auto census = take_census(bytes, explicit_functions);
  EXPECT_TRUE(census.has_value()) << census.error().message();
  return census.value_or(Census{});
}

std::vector<std::string> classes_in(const Counts& counts) {
  std::vector<std::string> names;
  for (const auto& [name, count] : counts) names.push_back(name);
  return names;
}

Census census_of_assembly(const std::string& text) {
  return census_of(compiled(".text\n" + text, {}, "assembler"));
}

}  // namespace

// Each time in a process of its own, where nothing of LLVM was used before: it found no target, or
// never ended.
TEST(TakeCensusDeathTest, StartsInManyThreadsAtOnce) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  constexpr int k_threads = 8;
  for (int round = 0; round < 20; ++round) {
    EXPECT_EXIT(
        {
          const std::string bytes = compiled("int f(void) { return 1; }", {});
          std::latch start(k_threads);
          std::atomic<int> failed = 0;
          {
            std::vector<std::jthread> threads;
            for (int i = 0; i < k_threads; ++i) {
              threads.emplace_back([&] {
                start.arrive_and_wait();
                if (!take_census(bytes, {})) ++failed;
              });
            }
          }
          std::_Exit(failed == 0 ? 0 : 1);
        },
        ::testing::ExitedWithCode(0), "");
  }
}

TEST(TakeCensus, ShowsTheVectorsThatCodeWasGeneratedFor) {
  const auto x86 = "--target=x86_64-linux-gnu";
  const auto baseline = census_of(compiled(k_loop, {x86}));
  EXPECT_THAT(classes_in(baseline.instructions), ElementsAre("SSE", "x86-64"));
  EXPECT_EQ(baseline.widest_vector_bits, 128U);
  const auto avx = census_of(compiled(k_loop, {x86, "-march=sandybridge"}));
  EXPECT_THAT(classes_in(avx.instructions), ElementsAre("AVX", "x86-64"));
  EXPECT_EQ(avx.widest_vector_bits, 256U);
  const auto avx2 = census_of(compiled(k_loop, {x86, "-march=haswell"}));
  EXPECT_THAT(classes_in(avx2.instructions), ElementsAre("AVX", "AVX2", "x86-64"));
  EXPECT_EQ(avx2.widest_vector_bits, 256U);
  const auto avx512 =
      census_of(compiled(k_loop, {x86, "-march=znver4", "-mprefer-vector-width=512"}));
  EXPECT_GT(avx512.instructions.at("AVX-512"), 0U);
  EXPECT_EQ(avx512.widest_vector_bits, 512U);
  for (const auto& census : {baseline, avx, avx2, avx512}) EXPECT_EQ(census.undecoded_bytes, 0U);
}

TEST(TakeCensus, TellsEncodingsApart) {
  EXPECT_EQ(census_of_assembly("addl %eax, %ebx; fadd %st(1); paddb %mm0, %mm1; tzcnt %eax, %ebx; "
                               "rep stosb; lock incl (%rax); popcnt %eax, %eax")
                .instructions,
            (Counts{{"x86-64", 7}}));
  EXPECT_EQ(census_of_assembly("addps %xmm9, %xmm1; cvtsi2sd %rax, %xmm0; movdqa (%rax), %xmm3")
                .instructions,
            (Counts{{"SSE", 3}}));
  EXPECT_EQ(census_of_assembly("haddps %xmm0, %xmm1; pshufb %xmm0, %xmm1; aesenc %xmm0, %xmm1; "
                               "roundps $1, %xmm0, %xmm1")
                .instructions,
            (Counts{{"SSE4", 4}}));
  EXPECT_EQ(census_of_assembly("andn %eax, %ebx, %ecx; rorx $3, %rax, %rbx; lzcnt %eax, %ebx; "
                               "pext %eax, %ebx, %ecx")
                .instructions,
            (Counts{{"BMI", 4}}));
  EXPECT_EQ(
      census_of_assembly("vaddps %ymm0, %ymm1, %ymm2; vpaddd %xmm0, %xmm1, %xmm2; vzeroupper; "
                         "vbroadcastss (%rax), %ymm0; vperm2f128 $1, %ymm0, %ymm1, %ymm2")
          .instructions,
      (Counts{{"AVX", 5}}));
  EXPECT_EQ(census_of_assembly("vpaddd %ymm0, %ymm1, %ymm2; vfmadd213sd %xmm0, %xmm1, %xmm2; "
                               "vbroadcastss %xmm0, %ymm0; vpsllvd %xmm0, %xmm1, %xmm2; "
                               "vgatherdps %xmm0, (%rax,%xmm4), %xmm1")
                .instructions,
            (Counts{{"AVX2", 5}}));
  EXPECT_EQ(
      census_of_assembly("kmovw %k1, %eax; vaddps %xmm17, %xmm1, %xmm2; vpternlogd $1, %zmm0, "
                         "%zmm1, %zmm2; vcmpps $1, %ymm0, %ymm1, %k2; kortestb %k0, %k1")
          .instructions,
      (Counts{{"AVX-512", 5}}));
  EXPECT_EQ(
      census_of_assembly("tdpbssd %tmm0, %tmm1, %tmm2; tilerelease; ldtilecfg (%rax)").instructions,
      (Counts{{"AMX", 3}}));
  EXPECT_EQ(census_of_assembly("addq %r17, %rax; addq %rax, %rbx, %rcx").instructions,
            (Counts{{"APX", 2}}));
  EXPECT_EQ(census_of_assembly("andnq %r17, %rax, %rbx; {evex} shlx %rax, (%rbx), %rcx;"
                               "pushp %rax; setzub %al; ccmpneq {dfv=} %rax, %rbx")
                .instructions,
            (Counts{{"APX", 5}}));
  // They name no vector register.
  EXPECT_EQ(census_of_assembly("vcvttsd2usi (%rsp), %rax; vcvttsd2usi 8(%rsp), %eax;"
                               "vcvtss2usi (%rsp), %rax; vcvttsh2si (%rsp), %rax")
                .instructions,
            (Counts{{"AVX-512", 4}}));
  EXPECT_EQ(
      census_of_assembly("vfmaddps %xmm0, %xmm1, %xmm2, %xmm3; vpcomb $1, %xmm0, %xmm1, %xmm2")
          .instructions,
      (Counts{{"XOP", 2}}));
}

TEST(TakeCensus, KnowsTheWidestVectorRegister) {
  EXPECT_EQ(census_of_assembly("addl %eax, %ebx; vzeroupper").widest_vector_bits, 0U);
  EXPECT_EQ(census_of_assembly("addsd %xmm0, %xmm1").widest_vector_bits, 128U);
  EXPECT_EQ(census_of_assembly("vmovups %ymm0, (%rax)").widest_vector_bits, 256U);
}

TEST(TakeCensus, KnowsBytesThatAreNoInstruction) {
  const auto census = census_of_assembly("nop; .byte 0x06, 0x06; nop; .byte 0x0f");
  EXPECT_EQ(census.undecoded_bytes, 3U);
  EXPECT_EQ(census.instructions, (Counts{{"x86-64", 2}}));
}

TEST(TakeCensus, CountsFunctionsWithFeaturesOfTheirOwnApart) {
  const auto bytes =
      compiled(k_loop +
                   "__attribute__((target(\"avx2\"))) void fast(int* restrict a, int n) {"
                   "  for (int i = 0; i < n; ++i) a[i] *= 3; }\n",
               {"--target=x86_64-linux-gnu"});
  const auto apart = census_of(bytes, {"fast"});
  EXPECT_THAT(classes_in(apart.instructions), ElementsAre("SSE", "x86-64"));
  EXPECT_GT(apart.explicit_instructions.at("AVX2"), 0U);
  EXPECT_EQ(apart.widest_vector_bits, 128U);
  const auto together = census_of(bytes);
  EXPECT_GT(together.instructions.at("AVX2"), 0U);
  EXPECT_THAT(together.explicit_instructions, IsEmpty());
}

TEST(TakeCensus, FindsThePartsAndTheAssemblyOfAnExplicitFunction) {
  const auto bytes = compiled(
      "  .text\nplain: addps %xmm0, %xmm1\n  .globl fast\nfast: vaddps %zmm0, %zmm1, %zmm2\n"
      "  vzeroupper\nother: ret\n  .type fast.llvm.77, @function\nfast.llvm.77: vzeroupper\n"
      "  .size fast.llvm.77, .-fast.llvm.77\nfaster: ret\n",
      {}, "assembler");
  const auto census = census_of(bytes, {"fast"});
  EXPECT_EQ(census.instructions, (Counts{{"SSE", 1}, {"x86-64", 2}}));
  EXPECT_EQ(census.explicit_instructions, (Counts{{"AVX", 2}, {"AVX-512", 1}}));
}

TEST(TakeCensus, ReadsObjectFilesWithASectionPerFunction) {
  const auto bytes =
      compiled(k_loop + "__attribute__((target(\"avx2\"))) int fast(int a) { return a; }\n",
               {"--target=x86_64-linux-gnu", "-c", "-Wno-unused-command-line-argument",
                "-ffunction-sections"});
  const auto census = census_of(bytes, {"fast"});
  EXPECT_EQ(census.explicit_instructions, (Counts{{"x86-64", 2}}));
  EXPECT_GT(census.instructions.at("SSE"), 0U);
}

TEST(TakeCensus, LeavesOutTheProcedureLinkageTable) {
  const auto bytes = compiled("void g(void); void f(void) { g(); g(); }",
                              {"--target=x86_64-linux-gnu", "-fomit-frame-pointer"});
  const auto total = census_of(bytes).instructions.at("x86-64");
  EXPECT_LE(total, 5U);  // push, call, pop and jmp; the table alone has six
}

TEST(TakeCensus, ReadsArmCode) {
  const auto arm = "--target=aarch64-linux-gnu";
  const auto neon = census_of(compiled(k_loop, {arm, "-fno-unroll-loops"}));
  EXPECT_THAT(classes_in(neon.instructions), ElementsAre("A64", "NEON"));
  EXPECT_EQ(neon.widest_vector_bits, 128U);
  const auto sve = census_of(compiled(k_loop, {arm, "-mcpu=a64fx"}));
  EXPECT_GT(sve.instructions.at("SVE"), 0U);
  const auto apart =
      census_of(compiled("#pragma clang attribute push(__attribute__((target(\"sve\"))), "
                         "apply_to = function)\n" +
                             k_loop + "#pragma clang attribute pop\nint f(void) { return 1; }",
                         {arm}),
                {"add", "count"});
  EXPECT_EQ(apart.instructions, (Counts{{"A64", 2}}));
  const auto scalar = census_of(compiled("float f(float a) { return a * 2; }", {arm}));
  EXPECT_EQ(scalar.widest_vector_bits, 0U);
  const auto words =
      census_of(compiled(".text\nnop\n.word 0\nfmopa za0.s, p0/m, p0/m, z0.s, z0.s\n"
                         "ldr q0, [x0]\nldr x0, [x0]\n",
                         {arm, "-march=armv9-a+sme"}, "assembler"));
  EXPECT_EQ(words.instructions, (Counts{{"A64", 2}, {"NEON", 1}, {"SME", 1}}));
  EXPECT_EQ(words.undecoded_bytes, 4U);
}

TEST(TakeCensus, RefusesWhatItCannotRead) {
  EXPECT_EQ(take_census("", {}).error().code(), "verify.no-elf");
  EXPECT_EQ(take_census("#!/bin/sh\n", {}).error().code(), "verify.no-elf");
  EXPECT_EQ(take_census("\x7f"
                        "ELF",
                        {})
                .error()
                .code(),
            "verify.damaged-elf");
  auto other = compiled("int x;", {"--target=x86_64-linux-gnu"});
  other[18] = 8;  // e_machine: MIPS
  EXPECT_EQ(take_census(other, {}).error().code(), "verify.unknown-machine");
  auto without = compiled("int x;", {"--target=x86_64-linux-gnu"});
  for (std::size_t at = 40; at < 48; ++at) without[at] = 0;  // e_shoff
  without[60] = without[61] = 0;                             // e_shnum
  EXPECT_EQ(take_census(without, {}).error().code(), "verify.no-sections");
}

TEST(TakeCensus, SurvivesTruncationAndDamage) {
  const auto whole = compiled(k_loop, {"--target=x86_64-linux-gnu", "-march=haswell"});
  for (std::size_t size = 0; size < whole.size(); size += 11)
    EXPECT_FALSE(take_census(std::string_view(whole).substr(0, size), {"add"}).has_value());
  std::size_t answered = 0;
  for (std::size_t at = 0; at < whole.size(); ++at) {
    auto damaged = whole;
    damaged[at] = static_cast<char>(~damaged[at]);
    const auto census = take_census(damaged, {"add"});
    answered += census.has_value() || !census.error().code().empty() ? 1 : 0;
  }
  EXPECT_EQ(answered, whole.size());
}

TEST(ClassesBeyond, NamesWhatTheTargetCannotRun) {
  Census census;
  census.instructions = {{"x86-64", 9}, {"SSE", 1}, {"AVX", 1}, {"AVX-512", 2}, {"BMI", 1}};
  census.explicit_instructions = {{"AMX", 1}};
  EXPECT_THAT(classes_beyond(census, target_of_cpu("x86-64").value()),
              ElementsAre("AVX", "AVX-512", "BMI"));
  EXPECT_THAT(classes_beyond(census, target_of_cpu("haswell").value()), ElementsAre("AVX-512"));
  EXPECT_THAT(classes_beyond(census, target_of_cpu("znver4").value()), IsEmpty());
  EXPECT_THAT(classes_beyond(census, target_of_cpu("neoverse-v2").value()),
              ElementsAre("AVX", "AVX-512", "BMI", "SSE", "x86-64"));
}

TEST(ClassesBeyond, AllowsAProcessorWithOnlyPartOfAClass) {
  Census census;
  census.instructions = {{"AVX2", 1}};
  // Piledriver has FMA and no AVX2.
  EXPECT_THAT(classes_beyond(census, target_of_cpu("bdver2").value()), IsEmpty());
  EXPECT_THAT(classes_beyond(census, target_of_cpu("sandybridge").value()), ElementsAre("AVX2"));
}

TEST(ClassesBeyond, KnowsEveryClassOfEachProcessor) {
  for (const auto* cpu : {"x86-64", "nehalem", "sandybridge", "haswell", "znver4"}) {
    const auto census =
        census_of(compiled(k_loop, {"--target=x86_64-linux-gnu", "-march=" + std::string(cpu)}));
    EXPECT_THAT(classes_beyond(census, target_of_cpu(cpu).value()), IsEmpty()) << cpu;
  }
  for (const auto* cpu : {"cortex-a72", "a64fx", "neoverse-v2"}) {
    const auto census =
        census_of(compiled(k_loop, {"--target=aarch64-linux-gnu", "-mcpu=" + std::string(cpu)}));
    EXPECT_THAT(classes_beyond(census, target_of_cpu(cpu).value()), IsEmpty()) << cpu;
  }
}

TEST(ParseCensus, ReadsWhatPrintCensusWrites) {
  const Census census{.instructions = {{"AVX", 3}, {"x86-64", 5000000000}},
                      .explicit_instructions = {{"SSE", 1}},
                      .undecoded_bytes = 7,
                      .widest_vector_bits = 256};
  EXPECT_EQ(parse_census(print_census(census)).value(), census);
  EXPECT_EQ(parse_census(print_census({})).value(), Census{});
}

TEST(ParseCensus, RefusesAListByItsCode) {
  EXPECT_EQ(parse_census("[]").error().code(), "verify.no-census");
}

TEST(ParseCensus, RefusesOtherDocuments) {
  for (const auto* text : {"", "[]", "{}", R"({"instructions": {"AVX": "many"}})"}) {
    const auto census = parse_census(text);
    ASSERT_FALSE(census.has_value()) << text;
    EXPECT_EQ(census.error().kind(), ErrorKind::corrupt);
  }
}

}  // namespace xaas
