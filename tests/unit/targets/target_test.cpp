// SPDX-License-Identifier: Apache-2.0
#include "xaas/targets/target.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace xaas {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::Not;

}  // namespace

TEST(TargetOfCpu, KnowsProcessorsLevelsAndArchitectures) {
  const auto zen = target_of_cpu("znver4").value();
  EXPECT_EQ(zen.name, "znver4");
  EXPECT_EQ(zen.architecture, "amd64");
  EXPECT_EQ(zen.triple, "x86_64-unknown-linux-gnu");
  EXPECT_EQ(zen.cpu.vendor, "amd");
  EXPECT_EQ(zen.cpu.tune, "znver4");
  const auto level = target_of_cpu("x86-64-v3").value();
  EXPECT_EQ(level.cpu.name, "x86-64-v3");
  EXPECT_EQ(level.cpu.tune, "x86-64-v3");
  const auto arm = target_of_cpu("armv8.2-a").value();
  EXPECT_EQ(arm.architecture, "arm64");
  EXPECT_EQ(arm.cpu.name, "generic");
  EXPECT_THAT(arm.cpu.features, IsSupersetOf({"v8.2a", "lse", "neon"}));
  EXPECT_THAT(arm.cpu.features, Not(Contains("v8.3a")));
}

TEST(TargetOfCpu, GivesEveryImpliedFeature) {
  // LLVM's own list of haswell has neither; its list of x86-64 has no sse2.
  EXPECT_THAT(target_of_cpu("haswell").value().cpu.features, IsSupersetOf({"sse2", "64bit"}));
  EXPECT_THAT(target_of_cpu("x86-64").value().cpu.features, IsSupersetOf({"sse", "sse2", "cmov"}));
}

TEST(TargetOfCpu, RefusesAnUnknownNameWithNearOnes) {
  const auto target = target_of_cpu("skylake-avx51");
  ASSERT_FALSE(target.has_value());
  EXPECT_EQ(target.error().kind(), ErrorKind::invalid_input);
  EXPECT_EQ(target.error().code(), "target.unknown-cpu");
  EXPECT_THAT(target.error().help(), HasSubstr("`skylake-avx512`"));
}

TEST(TargetOfCpu, HelpsWhenNothingIsNear) {
  for (const auto* name : {"", "qqqqqqqqqqqq", "generic", "pentium", "armv9a", "cortex-r82"}) {
    const auto target = target_of_cpu(name);
    ASSERT_FALSE(target.has_value()) << name;
    EXPECT_EQ(target.error().code(), "target.unknown-cpu");
    EXPECT_NE(target.error().help(), "");
  }
}

TEST(TargetOfCpu, SearchesOneArchitectureWhenTold) {
  EXPECT_TRUE(target_of_cpu("neoverse-v2", "arm64").has_value());
  const auto wrong = target_of_cpu("neoverse-v2", "amd64");
  ASSERT_FALSE(wrong.has_value());
  EXPECT_THAT(wrong.error().message(), HasSubstr("amd64"));
  const auto unknown = target_of_cpu("u74", "s390x");
  ASSERT_FALSE(unknown.has_value());
  EXPECT_EQ(unknown.error().code(), "target.unknown-architecture");
}

TEST(LevelOf, IsEmptyBelowTheFirstAndElsewhere) {
  EXPECT_EQ(level_of("amd64", {"sse2"}), "");
  EXPECT_EQ(level_of("s390x", {"c"}), "");
}

TEST(WithImpliedFeatures, FollowsLlvmsTables) {
  EXPECT_THAT(with_implied_features("amd64", {"avx2"}),
              IsSupersetOf({"avx", "avx2", "sse", "sse2", "sse4.2"}));
  EXPECT_THAT(with_implied_features("arm64", {"sve2"}), IsSupersetOf({"sve", "fullfp16"}));
  EXPECT_THAT(with_implied_features("arm64", {"v8.2a"}), IsSupersetOf({"v8.1a", "lse", "neon"}));
  EXPECT_EQ(with_implied_features("s390x", {"c"}), std::set<std::string>{"c"});
  EXPECT_EQ(with_implied_features("amd64", {"no-such-feature"}),
            std::set<std::string>{"no-such-feature"});
}

TEST(CodeGenerationFeatures, AreWhatTheNameDoesNotSay) {
  auto target = target_of_cpu("znver4").value();
  // LLVM 22 has these two in one of its tables of the processor only.
  EXPECT_THAT(code_generation_features(target), ElementsAre("+invpcid", "+mmx"));
  target.cpu.features.erase("pku");
  target.cpu.features.insert({"avx512fp16", "amx-tile"});
  EXPECT_THAT(code_generation_features(target),
              ElementsAre("+amx-tile", "+avx512fp16", "+invpcid", "+mmx", "-pku"));
}

TEST(CodeGenerationFeatures, AreAllFeaturesWhereTheNameSaysNothing) {
  auto target = target_of_cpu("x86-64").value();
  target.cpu.name = "generic";
  EXPECT_THAT(code_generation_features(target), Contains("+sse2"));
  EXPECT_EQ(code_generation_features(target).size(), target.cpu.features.size());
}

TEST(CpuNames, AreThoseOfTheArchitecture) {
  EXPECT_TRUE(std::ranges::binary_search(cpu_names("amd64"), "znver4"));
  EXPECT_FALSE(std::ranges::binary_search(cpu_names("amd64"), "neoverse-v2"));
  EXPECT_TRUE(cpu_names("s390x").empty());
}

TEST(KnownFeatures, AreThoseOfTheArchitecture) {
  EXPECT_TRUE(known_features("amd64").contains("avx512vnni"));
  EXPECT_TRUE(known_features("arm64").contains("sve2"));
  EXPECT_TRUE(known_features("s390x").empty());
}

}  // namespace xaas
