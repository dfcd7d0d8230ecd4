// SPDX-License-Identifier: Apache-2.0
#include "xaas/targets/run_time_checks.hpp"

#include "processor_family.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#ifdef __x86_64__
#include <cpuid.h>
#endif

#include <algorithm>
#include <array>

namespace xaas {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::Not;

std::vector<std::string> names_of(const RunTimeChecks& needed) {
  std::vector<std::string> names;
  for (const RunTimeCheck& check : needed.checks) names.push_back(check.feature);
  return names;
}

// Part of every 64-bit processor, or used by nobody who did not ask: intrinsics for cryptography,
// random numbers, matrices, transactions, caches, system software.
const FeatureSet k_asked_for_on_x86 = {"64bit",
                                       "cmov",
                                       "cx8",
                                       "fxsr",
                                       "mmx",
                                       "sse",
                                       "sse2",
                                       "x87",
                                       "3dnow",
                                       "3dnowa",
                                       "adx",
                                       "aes",
                                       "amx-avx512",
                                       "amx-bf16",
                                       "amx-complex",
                                       "amx-fp16",
                                       "amx-fp8",
                                       "amx-int8",
                                       "amx-movrs",
                                       "amx-tf32",
                                       "amx-tile",
                                       "amx-transpose",
                                       "avx512er",
                                       "avx512pf",
                                       "avx512vp2intersect",
                                       "cldemote",
                                       "clflushopt",
                                       "clwb",
                                       "clzero",
                                       "crc32",
                                       "enqcmd",
                                       "ermsb",
                                       "fsgsbase",
                                       "fsrm",
                                       "hreset",
                                       "invpcid",
                                       "kl",
                                       "lwp",
                                       "movdir64b",
                                       "movdiri",
                                       "movrs",
                                       "mwaitx",
                                       "pclmul",
                                       "pconfig",
                                       "pku",
                                       "prefetchi",
                                       "prefetchwt1",
                                       "prfchw",
                                       "ptwrite",
                                       "rdpid",
                                       "rdpru",
                                       "rdrnd",
                                       "rdseed",
                                       "rtm",
                                       "serialize",
                                       "sgx",
                                       "sha",
                                       "sha512",
                                       "shstk",
                                       "sm3",
                                       "sm4",
                                       "tsxldtrk",
                                       "uintr",
                                       "usermsr",
                                       "vaes",
                                       "waitpkg",
                                       "wbnoinvd",
                                       "widekl",
                                       "xsave",
                                       "xsavec",
                                       "xsaveopt",
                                       "xsaves",
                                       "avx10.1-512",
                                       "avx10.2-512",
                                       "jmpabs"};

}  // namespace

TEST(RunTimeChecks, KnowsOfEachFeatureWhetherLlvmUsesItUnasked) {
  for (const std::string& feature : x86_family().known_features())
    EXPECT_NE(is_used_unasked("amd64", feature), k_asked_for_on_x86.contains(feature)) << feature;
}

TEST(RunTimeChecks, CoverEveryLevel) {
  for (const auto* family : {&x86_family(), &aarch64_family()}) {
    const auto& levels = family->levels();
    const FeatureSet baseline = *family->features_of(levels.front().name);
    for (const Level& level : levels) {
      if (family->architecture != "amd64") continue;
      for (const std::string& feature : level.features)
        EXPECT_TRUE(baseline.contains(feature) || feature == "xsave" ||
                    is_used_unasked(family->architecture, feature))
            << level.name << " " << feature;
    }
  }
}

TEST(RunTimeChecks, NeedWhatTheTargetHasBeyondTheBaseline) {
  EXPECT_THAT(run_time_checks(target_of_cpu("x86-64").value()).checks, IsEmpty());
  EXPECT_EQ(run_time_checks(target_of_cpu("x86-64").value()).states, 0U);
  const auto haswell = run_time_checks(target_of_cpu("haswell").value());
  EXPECT_THAT(names_of(haswell), Contains("avx2"));
  EXPECT_THAT(names_of(haswell), Not(Contains("aes")));
  EXPECT_EQ(haswell.states, 0x6U);
  EXPECT_EQ(run_time_checks(target_of_cpu("znver4").value()).states, 0xe6U);
  const auto neoverse = run_time_checks(target_of_cpu("neoverse-n1").value());
  EXPECT_THAT(names_of(neoverse), Contains("lse"));
  EXPECT_THAT(names_of(neoverse), Contains("dotprod"));
  EXPECT_THAT(names_of(neoverse), Not(Contains("sve")));
}

#ifdef __x86_64__
// cpuid, asked here by the compiler's own means.
TEST(RunTimeChecks, HoldOnTheProcessorTheyWereDetectedOn) {
  for (const RunTimeCheck& check : run_time_checks(detect_host().value()).checks) {
    std::array<unsigned, 4> words{};
    ASSERT_NE(
        __get_cpuid_count(check.leaf, check.subleaf, &words[0], &words[1], &words[2], &words[3]), 0)
        << check.feature;
    const unsigned word = words.at(check.word);
    EXPECT_TRUE(check.least != 0 ? (word & 0xff) >= check.least : (word >> check.bit & 1) == 1)
        << check.feature;
  }
}
#endif

}  // namespace xaas
