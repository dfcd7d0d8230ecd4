// SPDX-License-Identifier: Apache-2.0
#include "applications.hpp"

#include "xaas/planning/plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace xaas {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::target_called;

std::set<std::string> v2() {
  return {"sse4.2"};
}
std::set<std::string> v3() {
  return {"avx2", "fma", "sse4.2"};
}
std::set<std::string> v4() {
  return {"avx2", "avx512f", "fma", "sse4.2"};
}

UnitVariant variant(const std::string& isa, std::set<std::string> needs) {
  return {.isa = isa, .needs = std::move(needs), .bitcode = digest_of("for " + isa)};
}

TranslationUnit unit_with(std::vector<UnitVariant> variants) {
  return {.source = "kernel.c",
          .language = "c",
          .bitcode = digest_of("kernel.c"),
          .variants = std::move(variants)};
}

TranslationUnit abi_bound(std::vector<UnitVariant> variants) {
  TranslationUnit unit = unit_with(std::move(variants));
  unit.machine_code = digest_of("kernel.o");
  unit.reason = "it passes vectors of 32 bytes by value";
  unit.is_abi_bound = true;
  return unit;
}

/// A program of the first unit and a library of the others, so that there are two links.
IrManifest program_of(std::vector<TranslationUnit> units) {
  IrManifest manifest{.application = "app", .architecture = "amd64", .units = std::move(units)};
  Link program{.name = "app", .items = {LinkUnit{0}}};
  Link library{.name = "libapp.so", .kind = LinkKind::shared_library};
  for (std::size_t i = 1; i < manifest.units.size(); ++i) library.items.emplace_back(LinkUnit{i});
  manifest.links = {std::move(program), std::move(library)};
  manifest.products = {{.path = "/usr/local/bin/app", .link = 0},
                       {.path = "/usr/local/lib/libapp.so", .link = 1}};
  manifest.configurations = {{.name = "default", .products = {0, 1}}};
  return manifest;
}

DeploymentPlan plan_of(const IrManifest& manifest, const std::string& cpu,
                       NumericsMode numerics = NumericsMode::native) {
  return make_plan(manifest, target_called("here", cpu), {.numerics = numerics}).value();
}

/// What each unit is made from: an isa, "" for the baseline's bitcode, "machine code".
std::map<std::size_t, std::string> forms_of(const IrManifest& manifest,
                                            const DeploymentPlan& plan) {
  std::map<std::size_t, std::string> forms;
  for (const LinkPlan& link : plan.links) {
    for (const UnitPlan& unit : link.units) {
      forms[unit.unit] = unit.treatment == Treatment::machine_code
                             ? "machine code"
                             : form_of(manifest.units[unit.unit], unit).isa;
    }
  }
  return forms;
}

TEST(MakePlan, TakesTheVariantThatNeedsMostOfThoseThatTheTargetRuns) {
  const IrManifest manifest = program_of({unit_with(
      {variant("x86-64-v2", v2()), variant("x86-64-v3", v3()), variant("x86-64-v4", v4())})});
  EXPECT_EQ(forms_of(manifest, plan_of(manifest, "znver4")).at(0), "x86-64-v4");
  EXPECT_EQ(forms_of(manifest, plan_of(manifest, "haswell")).at(0), "x86-64-v3");
  EXPECT_EQ(forms_of(manifest, plan_of(manifest, "x86-64")).at(0), "");
  const DeploymentPlan plan = plan_of(manifest, "haswell");
  EXPECT_EQ(form_of(manifest.units[0], plan.links[0].units[0]).bitcode, digest_of("for x86-64-v3"));
  EXPECT_THAT(plan.links[0].notes, ElementsAre("1 unit of `app` uses its variant for x86-64-v3"));
  EXPECT_THAT(print_plan(manifest, plan, {}), HasSubstr("\"variant\": \"x86-64-v3\""));
  EXPECT_THAT(explain_plan(manifest, plan), HasSubstr("1 unit from its variant for x86-64-v3\n"));
}

TEST(MakePlan, TakesTheFirstOfVariantsThatNeedAsMuch) {
  const IrManifest manifest =
      program_of({unit_with({variant("znver2", v3()), variant("x86-64-v3", v3())})});
  EXPECT_EQ(forms_of(manifest, plan_of(manifest, "haswell")).at(0), "znver2");
}

TEST(MakePlan, LeavesVariantsAloneWhereTheGenericBitsAreAskedFor) {
  const IrManifest manifest = program_of({unit_with({variant("x86-64-v3", v3())})});
  const DeploymentPlan plan = plan_of(manifest, "haswell", NumericsMode::generic);
  EXPECT_EQ(forms_of(manifest, plan).at(0), "");
  EXPECT_THAT(plan.links[0].notes, IsEmpty());
}

TEST(MakePlan, CountsUnitsPerVariant) {
  const IrManifest manifest = program_of({unit_with({}), unit_with({variant("x86-64-v2", v2())}),
                                          unit_with({variant("x86-64-v3", v3())}),
                                          unit_with({variant("x86-64-v3", v3())})});
  EXPECT_THAT(plan_of(manifest, "haswell").links[1].notes,
              ElementsAre("1 unit of `libapp.so` uses its variant for x86-64-v2, 2 for x86-64-v3"));
}

TEST(NumericsOfAPlan, AreThoseOfTheVariants) {
  UnitVariant form = variant("x86-64-v3", v3());
  form.numerics = {.fast_math = 1, .math_calls = {"exp"}};
  const IrManifest manifest = program_of({unit_with({form})});
  const PlanNumerics with = numerics_of(manifest, plan_of(manifest, "haswell"));
  EXPECT_EQ(with.fast_math_units, 1U);
  EXPECT_EQ(with.math_calls, std::set<std::string>{"exp"});
  EXPECT_EQ(numerics_of(manifest, plan_of(manifest, "x86-64")).fast_math_units, 0U);
}

TEST(MakePlan, LowersUnitsThatPassWideVectorsForOneIsaAcrossLinks) {
  const IrManifest manifest =
      program_of({abi_bound({variant("x86-64-v3", v3()), variant("x86-64-v4", v4())}),
                  abi_bound({variant("x86-64-v3", v3())})});
  const auto forms = forms_of(manifest, plan_of(manifest, "znver4"));
  EXPECT_EQ(forms.at(0), "x86-64-v3");
  EXPECT_EQ(forms.at(1), "x86-64-v3");
}

TEST(MakePlan, KeepsMachineCodeOfAllThatPassWideVectorsWhereOneHasNoVariant) {
  const IrManifest manifest = program_of(
      {abi_bound({variant("x86-64-v3", v3())}), abi_bound({variant("x86-64-v4", v4())})});
  const DeploymentPlan plan = plan_of(manifest, "haswell");
  EXPECT_EQ(forms_of(manifest, plan).at(0), "machine code");
  EXPECT_EQ(forms_of(manifest, plan).at(1), "machine code");
  EXPECT_EQ(plan.links[0].units[0].reason, "it passes vectors of 32 bytes by value");
  EXPECT_THAT(
      plan.notes,
      ElementsAre("2 units pass wide vectors and keep the generic build's machine code: "
                  "there is no processor for which all of them have variants and whose code "
                  "`here` can run"));
}

TEST(MakePlan, KeepsMachineCodeOfWhatPassesWideVectorsBesideAnotherCompilers) {
  const TranslationUnit opaque{.source = "gcc.o",
                               .language = "unknown",
                               .machine_code = digest_of("gcc.o"),
                               .reason = "made by a tool that was not captured"};
  IrManifest manifest = program_of({abi_bound({variant("x86-64-v3", v3())}), opaque});
  const DeploymentPlan plan = plan_of(manifest, "haswell");
  EXPECT_EQ(forms_of(manifest, plan).at(0), "machine code");
  EXPECT_THAT(plan.notes,
              ElementsAre("1 unit passes wide vectors and keeps the generic build's machine code: "
                          "`gcc.o` has no bitcode and may pass them, too"));
  manifest.units[1].language = "assembler";
  EXPECT_EQ(forms_of(manifest, plan_of(manifest, "haswell")).at(0), "x86-64-v3");
}

TEST(MakePlan, KeepsMachineCodeOfWhatPassesWideVectorsForTheGenericBits) {
  const IrManifest manifest = program_of({abi_bound({variant("x86-64-v3", v3())})});
  const DeploymentPlan plan = plan_of(manifest, "haswell", NumericsMode::generic);
  EXPECT_EQ(forms_of(manifest, plan).at(0), "machine code");
  EXPECT_THAT(plan.notes, ElementsAre(HasSubstr("the generic image's bits were asked for")));
}

/// Units with any variants, of any language, in any links.
IrManifest random_program(std::mt19937& random) {
  const auto number = [&](std::size_t most) {
    return std::uniform_int_distribution<std::size_t>(0, most)(random);
  };
  std::vector<TranslationUnit> units(1 + number(5));
  for (TranslationUnit& unit : units) {
    std::vector<UnitVariant> variants;
    for (const auto& [isa, needs] :
         {std::pair{"x86-64-v2", v2()}, {"x86-64-v3", v3()}, {"x86-64-v4", v4()}, {"", v3()}}) {
      if (number(3) > 0) variants.push_back(variant(isa, needs));
    }
    std::ranges::shuffle(variants, random);
    unit = number(1) == 0 ? abi_bound(variants) : unit_with(variants);
    if (number(3) == 0) unit.reason.clear();
    if (number(9) == 0) {
      unit.bitcode = {};
      unit.machine_code = digest_of("opaque");
      unit.language = number(1) == 0 ? "assembler" : "c";
      unit.variants.clear();
    }
  }
  return program_of(std::move(units));
}

TEST(MakePlan, NeverMixesConventionsOfVectors) {
  std::size_t specialized = 0;
  for (unsigned seed = 0; seed < 5000; ++seed) {
    std::mt19937 random(seed);
    const IrManifest manifest = random_program(random);
    constexpr auto k_cpus =
        std::to_array<const char*>({"x86-64", "x86-64-v2", "haswell", "znver4"});
    const auto plan =
        make_plan(manifest, target_called("here", k_cpus[seed % k_cpus.size()]),
                  {.numerics = seed % 7 == 0 ? NumericsMode::generic : NumericsMode::native});
    ASSERT_TRUE(plan) << plan.error().message();
    std::set<std::string> forms;
    bool has_opaque = false;
    for (const auto& [unit, form] : forms_of(manifest, *plan)) {
      const TranslationUnit& source = manifest.units[unit];
      if (source.is_abi_bound) forms.insert(form);
      has_opaque |= source.bitcode.is_empty() && source.language != "assembler";
    }
    for (const LinkPlan& link : plan->links) {
      for (const UnitPlan& unit : link.units) {
        ASSERT_TRUE(std::ranges::includes(plan->target.cpu.features,
                                          form_of(manifest.units[unit.unit], unit).needs));
      }
    }
    ASSERT_LE(forms.size(), 1U) << seed;
    ASSERT_FALSE(forms.contains("")) << seed;
    const bool is_specialized = !forms.empty() && !forms.contains("machine code");
    ASSERT_FALSE(is_specialized && has_opaque) << seed;
    specialized += is_specialized ? 1 : 0;
  }
  EXPECT_GT(specialized, 500U);
}

}  // namespace
}  // namespace xaas
