// SPDX-License-Identifier: Apache-2.0
#include "xaas/planning/plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace xaas {
namespace {

using testing::HasSubstr;

Target target_with(std::set<std::string> features) {
  return {.name = "here",
          .architecture = "amd64",
          .triple = "x86_64-unknown-linux-gnu",
          .cpu = {.name = "haswell", .level = "x86-64-v3", .features = std::move(features)}};
}

TranslationUnit captured(std::string source, std::set<std::string> floor = {}) {
  return {.source = std::move(source),
          .language = "c",
          .bitcode = digest_of("bitcode"),
          .pipeline_flags = {"-O2"},
          .floor = std::move(floor)};
}

/// One program of these units.
IrManifest program_of(std::vector<TranslationUnit> units) {
  IrManifest manifest{.application = "app", .architecture = "amd64", .units = std::move(units)};
  Link link{.name = "app"};
  for (std::size_t i = 0; i < manifest.units.size(); ++i) link.items.emplace_back(LinkUnit{i});
  manifest.links.push_back(std::move(link));
  manifest.products.push_back({.path = "/usr/local/bin/app", .link = 0});
  manifest.configurations.push_back({.name = "default", .products = {0}});
  return manifest;
}

TEST(MakePlan, LowersPlainUnits) {
  const auto plan = make_plan(program_of({captured("a.c")}), target_with({"avx2"}), LtoMode::thin);
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->links[0].units[0].treatment, Treatment::lower);
  EXPECT_EQ(plan->links[0].products, std::vector<std::size_t>{0});
}

TEST(MakePlan, LowersAUnitWithAFloorThatTheTargetHasAsAnyOther) {
  const auto plan = make_plan(program_of({captured("a.c"), captured("k.c", {"avx2"})}),
                              target_with({"avx2"}), LtoMode::thin);
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->links[0].units[1].treatment, Treatment::lower);
}

TEST(MakePlan, KeepsAFloorBeyondTheTargetWhereOtherUnitsDispatch) {
  const auto plan = make_plan(program_of({captured("a.c"), captured("k.c", {"avx2"})}),
                              target_with({"sse2"}), LtoMode::thin);
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->links[0].units[0].treatment, Treatment::lower);
  EXPECT_EQ(plan->links[0].units[1].treatment, Treatment::lower_with_floor);
  EXPECT_THAT(plan->links[0].units[1].reason, HasSubstr("avx2"));
}

TEST(MakePlan, RefusesATargetThatNoUnitCanRunOn) {
  const auto plan =
      make_plan(program_of({captured("a.c", {"avx2"}), captured("k.c", {"avx2", "fma"})}),
                target_with({"sse2"}), LtoMode::thin);
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().kind(), ErrorKind::incompatible);
  EXPECT_THAT(plan.error().message(), HasSubstr("avx2, fma"));
}

TEST(MakePlan, RefusesAnotherArchitecture) {
  IrManifest manifest = program_of({captured("a.c")});
  manifest.architecture = "arm64";
  const auto plan = make_plan(manifest, target_with({}), LtoMode::thin);
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().kind(), ErrorKind::incompatible);
  EXPECT_THAT(plan.error().message(), HasSubstr("arm64"));
}

TEST(MakePlan, KeepsMachineCodeWithItsReason) {
  TranslationUnit assembly{.source = "a.S",
                           .language = "assembler",
                           .machine_code = digest_of("o"),
                           .reason = "assembly"};
  const auto plan =
      make_plan(program_of({captured("a.c"), assembly}), target_with({}), LtoMode::thin);
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->links[0].units[1].treatment, Treatment::machine_code);
  EXPECT_EQ(plan->links[0].units[1].reason, "assembly");
  EXPECT_THAT(plan->links[0].notes, testing::ElementsAre(HasSubstr("1 of the 2 units")));
}

TEST(MakePlan, SaysWhenNothingOfALinkCanBeLowered) {
  TranslationUnit assembly{.source = "a.S",
                           .language = "assembler",
                           .machine_code = digest_of("o"),
                           .reason = "assembly"};
  const auto plan = make_plan(program_of({assembly}), target_with({}), LtoMode::thin);
  ASSERT_TRUE(plan);
  EXPECT_THAT(plan->links[0].notes,
              testing::ElementsAre(HasSubstr("stays as the generic build made it")));
}

TEST(MakePlan, TakesTheHighestOptimizationLevelOfALink) {
  TranslationUnit fast = captured("fast.c");
  fast.pipeline_flags = {"-O3"};
  EXPECT_EQ(make_plan(program_of({captured("a.c"), fast}), target_with({}), LtoMode::thin)
                ->links[0]
                .opt_level,
            3U);
  EXPECT_EQ(
      make_plan(program_of({captured("a.c")}), target_with({}), LtoMode::thin)->links[0].opt_level,
      2U);
}

TEST(MakePlan, KeepsALinkThatWrapsSymbolsThin) {
  IrManifest manifest = program_of({captured("a.c")});
  EXPECT_EQ(make_plan(manifest, target_with({}), LtoMode::full)->links[0].lto, LtoMode::full);
  manifest.links[0].items.emplace_back(LinkOption{"--wrap=malloc"});
  const auto plan = make_plan(manifest, target_with({}), LtoMode::full);
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->links[0].lto, LtoMode::thin);
  EXPECT_THAT(plan->links[0].notes, testing::ElementsAre(HasSubstr("--wrap")));
}

TEST(MakePlan, CountsArchiveMembersOnce) {
  IrManifest manifest = program_of({captured("a.c"), captured("b.c")});
  manifest.links[0].items.emplace_back(LinkArchive{.name = "libb.a", .members = {1, 1}});
  const auto plan = make_plan(manifest, target_with({}), LtoMode::thin);
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->links[0].units.size(), 2U);
}

TEST(ExplainPlan, NamesTheExceptionsAndWhy) {
  TranslationUnit assembly{.source = "a.S",
                           .language = "assembler",
                           .machine_code = digest_of("o"),
                           .reason = "assembly"};
  const IrManifest manifest = program_of({captured("a.c"), assembly});
  const auto plan = make_plan(manifest, target_with({"avx2"}), LtoMode::thin);
  ASSERT_TRUE(plan);
  const std::string text = explain_plan(manifest, *plan);
  EXPECT_THAT(text, HasSubstr("1 of 2 units lowered for haswell, -O2, thin LTO"));
  EXPECT_THAT(text, HasSubstr("a.S: machine code kept: assembly"));
}

}  // namespace
}  // namespace xaas
