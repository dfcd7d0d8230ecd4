// SPDX-License-Identifier: Apache-2.0
#include "xaas/targets/choose_target.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace xaas::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<Target> targets_of(std::initializer_list<std::string_view> cpus) {
  std::vector<Target> targets;
  for (const std::string_view cpu : cpus) targets.push_back(target_of_cpu(cpu).value());
  return targets;
}

std::string chosen(std::initializer_list<std::string_view> cpus, std::string_view host) {
  const auto targets = targets_of(cpus);
  const auto choice = choose_target(targets, target_of_cpu(host).value());
  return choice ? targets[*choice].cpu.name : "none";
}

TEST(MissingFeatures, CountsWhatCodeUsesUnasked) {
  Target host = target_of_cpu("znver4").value();
  host.cpu.features.erase("pku");
  host.cpu.features.erase("aes");
  EXPECT_THAT(missing_features(target_of_cpu("znver4").value(), host), IsEmpty());
  host.cpu.features.erase("avx512vbmi");
  host.cpu.features.erase("avx2");
  EXPECT_THAT(missing_features(target_of_cpu("znver4").value(), host),
              ElementsAre("avx2", "avx512vbmi"));
}

TEST(RunsOn, AsksForTheArchitectureToo) {
  const Target arm = target_of_cpu("armv8-a", "arm64").value();
  EXPECT_FALSE(runs_on(arm, target_of_cpu("znver4").value()));
  EXPECT_TRUE(runs_on(arm, target_of_cpu("neoverse-v2").value()));
}

TEST(ChooseTarget, TakesTheHighestLevelThatRuns) {
  EXPECT_EQ(chosen({"x86-64-v2", "x86-64-v4", "x86-64-v3"}, "haswell"), "x86-64-v3");
  EXPECT_EQ(chosen({"x86-64-v2", "x86-64-v4", "x86-64-v3"}, "znver5"), "x86-64-v4");
  EXPECT_EQ(chosen({"x86-64-v4", "x86-64-v3"}, "nehalem"), "none");
  EXPECT_EQ(chosen({}, "nehalem"), "none");
}

TEST(ChooseTarget, PrefersTheOwnVendorsTuningWithinALevel) {
  EXPECT_EQ(chosen({"icelake-server", "znver4"}, "znver5"), "znver4");
  EXPECT_EQ(chosen({"znver4", "icelake-server"}, "graniterapids"), "icelake-server");
  EXPECT_EQ(chosen({"skylake-avx512", "x86-64-v4"}, "znver4"), "x86-64-v4");
  EXPECT_EQ(chosen({"x86-64-v4", "skylake-avx512"}, "sapphirerapids"), "skylake-avx512");
}

TEST(ChooseTarget, PrefersAHigherLevelToTheOwnVendor) {
  EXPECT_EQ(chosen({"haswell", "x86-64-v4"}, "sapphirerapids"), "x86-64-v4");
}

TEST(ChooseTarget, TakesWhatNeedsMostOfOneVendor) {
  EXPECT_EQ(chosen({"skylake-avx512", "sapphirerapids", "icelake-server"}, "sapphirerapids"),
            "sapphirerapids");
  EXPECT_EQ(chosen({"skylake-avx512", "sapphirerapids", "icelake-server"}, "icelake-server"),
            "icelake-server");
  EXPECT_EQ(chosen({"armv8-a", "neoverse-n1", "neoverse-v2"}, "neoverse-v1"), "neoverse-n1");
}

TEST(BestFirst, KeepsTheOrderOfEquals) {
  EXPECT_THAT(best_first(targets_of({"x86-64-v2", "x86-64-v3", "x86-64", "x86-64-v3"})),
              ElementsAre(1, 3, 0, 2));
}

}  // namespace
}  // namespace xaas::testing
