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

TranslationUnit of_assembly() {
  return {.source = "a.S",
          .language = "assembler",
          .machine_code = digest_of("o"),
          .reason = "assembly"};
}

TEST(MakePlan, LowersPlainUnits) {
  const auto plan = make_plan(program_of({captured("a.c")}), target_with({"avx2"}), {});
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->links[0].units[0].treatment, Treatment::lower);
  EXPECT_EQ(plan->links[0].products, std::vector<std::size_t>{0});
}

TEST(MakePlan, LowersAUnitWithAFloorThatTheTargetHasAsAnyOther) {
  const auto plan = make_plan(program_of({captured("a.c"), captured("k.c", {"avx2"})}),
                              target_with({"avx2"}), {});
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->links[0].units[1].treatment, Treatment::lower);
}

TEST(MakePlan, KeepsAFloorBeyondTheTargetWhereOtherUnitsDispatch) {
  const auto plan = make_plan(program_of({captured("a.c"), captured("k.c", {"avx2"})}),
                              target_with({"sse2"}), {});
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->links[0].units[0].treatment, Treatment::lower);
  EXPECT_EQ(plan->links[0].units[1].treatment, Treatment::lower_with_floor);
  EXPECT_THAT(plan->links[0].units[1].reason, HasSubstr("avx2"));
}

TEST(MakePlan, RefusesATargetThatNoUnitCanRunOn) {
  const auto plan =
      make_plan(program_of({captured("a.c", {"avx2"}), captured("k.c", {"avx2", "fma"})}),
                target_with({"sse2"}), {});
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().kind(), ErrorKind::incompatible);
  EXPECT_THAT(plan.error().message(), HasSubstr("avx2, fma"));
}

TEST(MakePlan, RefusesAnotherArchitecture) {
  IrManifest manifest = program_of({captured("a.c")});
  manifest.architecture = "arm64";
  const auto plan = make_plan(manifest, target_with({}), {});
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().kind(), ErrorKind::incompatible);
  EXPECT_THAT(plan.error().message(), HasSubstr("arm64"));
}

TEST(MakePlan, KeepsMachineCodeWithItsReason) {
  const TranslationUnit assembly = of_assembly();
  const auto plan = make_plan(program_of({captured("a.c"), assembly}), target_with({}), {});
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->links[0].units[1].treatment, Treatment::machine_code);
  EXPECT_EQ(plan->links[0].units[1].reason, "assembly");
  EXPECT_THAT(plan->links[0].notes, testing::ElementsAre(HasSubstr("1 of the 2 units")));
}

TEST(MakePlan, SaysWhenNothingOfALinkCanBeLowered) {
  const TranslationUnit assembly = of_assembly();
  const auto plan = make_plan(program_of({assembly}), target_with({}), {});
  ASSERT_TRUE(plan);
  EXPECT_THAT(plan->links[0].notes,
              testing::ElementsAre(HasSubstr("stays as the generic build made it")));
}

TEST(MakePlan, TakesTheHighestOptimizationLevelOfALink) {
  TranslationUnit fast = captured("fast.c");
  fast.pipeline_flags = {"-O3"};
  EXPECT_EQ(make_plan(program_of({captured("a.c"), fast}), target_with({}), {})->links[0].opt_level,
            3U);
  EXPECT_EQ(make_plan(program_of({captured("a.c")}), target_with({}), {})->links[0].opt_level, 2U);
}

TEST(MakePlan, KeepsALinkThatWrapsSymbolsThin) {
  IrManifest manifest = program_of({captured("a.c")});
  EXPECT_EQ(make_plan(manifest, target_with({}), {.lto = LtoMode::full})->links[0].lto,
            LtoMode::full);
  manifest.links[0].items.emplace_back(LinkOption{"--wrap=malloc"});
  const auto plan = make_plan(manifest, target_with({}), {.lto = LtoMode::full});
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->links[0].lto, LtoMode::thin);
  EXPECT_THAT(plan->links[0].notes, testing::ElementsAre(HasSubstr("--wrap")));
}

TEST(MakePlan, CountsArchiveMembersOnce) {
  IrManifest manifest = program_of({captured("a.c"), captured("b.c")});
  manifest.links[0].items.emplace_back(LinkArchive{.name = "libb.a", .members = {1, 1}});
  const auto plan = make_plan(manifest, target_with({}), {});
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->links[0].units.size(), 2U);
}

TEST(ExplainPlan, NamesTheExceptionsAndWhy) {
  const TranslationUnit assembly = of_assembly();
  const IrManifest manifest = program_of({captured("a.c"), assembly});
  const auto plan = make_plan(manifest, target_with({"avx2"}), {});
  ASSERT_TRUE(plan);
  const std::string text = explain_plan(manifest, *plan);
  EXPECT_THAT(text, HasSubstr("1 of 2 units lowered for haswell, -O2, thin LTO"));
  EXPECT_THAT(text, HasSubstr("a.S: machine code kept: assembly"));
}

TEST(ExplainPlan, SaysWhichFeatureCostTheLevel) {
  const IrManifest manifest = program_of({captured("a.c")});
  Target target = target_with({"avx2"});
  target.cpu.level = "x86-64-v3";
  target.cpu.missing_for_next_level = {"avx512cd"};
  const auto plan = make_plan(manifest, target, {});
  ASSERT_TRUE(plan);
  EXPECT_THAT(explain_plan(manifest, *plan), HasSubstr("\n  x86-64-v4 but for avx512cd\n"));
}

TranslationUnit computing(std::string source, Numerics numerics) {
  TranslationUnit unit = captured(std::move(source));
  unit.numerics = std::move(numerics);
  unit.machine_code = digest_of("o");
  return unit;
}

TEST(MakePlan, KeepsBitsOnlyWhenAsked) {
  const IrManifest manifest =
      program_of({computing("fma.c", {.multiply_adds = 2}), computing("fast.c", {.fast_math = 1}),
                  computing("integers.c", {})});
  const auto native = make_plan(manifest, target_with({"fma"}), {});
  ASSERT_TRUE(native);
  for (const UnitPlan& unit : native->links[0].units) {
    EXPECT_EQ(unit.treatment, Treatment::lower);
    EXPECT_FALSE(unit.keep_bits);
  }
  const auto generic =
      make_plan(manifest, target_with({"fma"}), {.numerics = NumericsMode::generic});
  ASSERT_TRUE(generic);
  const auto& units = generic->links[0].units;
  EXPECT_EQ(units[0].treatment, Treatment::lower);
  EXPECT_TRUE(units[0].keep_bits);
  EXPECT_EQ(units[1].treatment, Treatment::machine_code);
  EXPECT_EQ(units[1].reason,
            "1 of its functions have fast-math, or sums that `omp simd` reorders, and the generic "
            "image's bits were asked for");
  EXPECT_EQ(units[2].treatment, Treatment::lower);
  EXPECT_FALSE(units[2].keep_bits);
}

TEST(MakePlan, KeepsBitsWhereFusionFollowsARule) {
  const auto lowers = [](const Numerics& numerics, std::set<std::string> explicit_functions = {}) {
    TranslationUnit unit = computing("u.c", numerics);
    unit.explicit_functions = std::move(explicit_functions);
    const auto plan =
        make_plan(program_of({unit}), target_with({"fma"}), {.numerics = NumericsMode::generic});
    return plan->links[0].units[0].treatment == Treatment::lower;
  };
  EXPECT_TRUE(lowers({.multiply_adds = 1, .fused = true}));
  EXPECT_TRUE(lowers({.contracted = 1}));
  EXPECT_FALSE(lowers({.fused = true, .contracted = 1}));
  EXPECT_FALSE(lowers({.contracted = 1}, {"with_fma"}));
}

TEST(NumericsOfAPlan, CountsWhatTheTargetDoesOtherwise) {
  IrManifest manifest = program_of({computing("fma.c", {.multiply_adds = 2, .math_calls = {"exp"}}),
                                    computing("floor.c", {.multiply_adds = 1, .fused = true}),
                                    computing("fast.c", {.fast_math = 3})});
  manifest.links[0].items.emplace_back(
      LinkFile{.prefix = "", .name = "crtfastmath.o", .content = {}});
  const auto with = [&](std::set<std::string> features, NumericsMode mode) {
    return numerics_of(manifest,
                       *make_plan(manifest, target_with(std::move(features)), {.numerics = mode}));
  };
  const PlanNumerics native = with({"fma"}, NumericsMode::native);
  EXPECT_EQ(native.fused_functions, 3U);
  EXPECT_EQ(native.fused_units, 2U);
  EXPECT_EQ(native.fast_math_units, 1U);
  EXPECT_EQ(native.math_calls, std::set<std::string>{"exp"});
  EXPECT_EQ(native.flushed_to_zero, std::vector<std::string>{"/usr/local/bin/app"});
  EXPECT_EQ(with({}, NumericsMode::native).fused_functions, 1U);
  const PlanNumerics generic = with({"fma"}, NumericsMode::generic);
  EXPECT_EQ(generic.fused_functions, 1U);
  EXPECT_EQ(generic.fast_math_units, 0U);
}

TEST(NumericsOfAPlan, NamesTheLibrariesThatComputeCallsAndWhatTheyDoByProcessor) {
  IrManifest manifest = program_of({computing("u.c", {.math_calls = {"exp", "expl", "hypot"}})});
  auto& items = manifest.links[0].items;
  items.emplace_back(LinkLibrary{.soname = "libmp.so.3", .path = {}, .content = {}});
  items.emplace_back(LinkLibrary{.soname = "libimf.so", .path = {}, .content = {}});
  items.emplace_back(LinkFile{.prefix = "", .name = "libm-2.36.a", .content = {}});
  const auto plan = make_plan(manifest, target_with({"fma"}), {});
  ASSERT_TRUE(plan);
  const PlanNumerics numerics = numerics_of(manifest, *plan);
  EXPECT_EQ(numerics.math_libraries, (std::vector<std::string>{"libimf.so", "libm-2.36.a"}));
  EXPECT_EQ(numerics.processor_dependent_calls, std::set<std::string>{"exp"});
  const std::string text = explain_plan(manifest, *plan);
  EXPECT_THAT(text, HasSubstr("exp, expl, hypot: computed by libimf.so, libm-2.36.a"));
  EXPECT_THAT(text, HasSubstr("\n  exp: glibc's last bits depend on the processor"));
  EXPECT_THAT(text, HasSubstr("denormal numbers are kept: no link has crtfastmath.o"));
}

}  // namespace
}  // namespace xaas
