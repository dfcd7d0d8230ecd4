// SPDX-License-Identifier: Apache-2.0
#include "build_plan.hpp"

#include "xaas/support/files.hpp"
#include "xaas/support/process.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace xaas {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const BuildAdditions k_additions{.cmake = {"-DC"},
                                 .configure = {"--c"},
                                 .meson = {"-Dm"},
                                 .make = {"M=1"},
                                 .environment = {{"E", "1"}, {"XAAS_POINT_P", "v"}},
                                 .steps = {"true"}};

Specialization sample() {
  Specialization specialization{.file = "x.json"};
  specialization.points = {{.name = "p",
                            .values = {{.name = "v",
                                        .requirements = {.cpu = {"avx2"},
                                                         .gpu_backend = "cuda",
                                                         .mpi = "mpich",
                                                         .libraries = {{"libx", "1"}}},
                                        .preference = 3},
                                       {.name = "w"}}}};
  specialization.additions[{"p", "v"}] = {.cmake = {"-DV"}};
  return specialization;
}

TEST(AdditionsFor, AreThoseOfTheBuildSystem) {
  EXPECT_THAT(additions_for(BuildSystem::cmake, k_additions).arguments, ElementsAre("-DC"));
  EXPECT_THAT(additions_for(BuildSystem::configure, k_additions).arguments, ElementsAre("--c"));
  EXPECT_THAT(additions_for(BuildSystem::meson, k_additions).arguments, ElementsAre("-Dm"));
  const OwnAdditions make{.arguments = {"M=1"}, .environment = {{"E", "1"}}, .steps = {"true"}};
  EXPECT_EQ(additions_for(BuildSystem::make, k_additions), make);
}

TEST(AdditionsFor, AreThePointsVariablesForACommand) {
  const OwnAdditions command{.environment = {{"E", "1"}, {"XAAS_POINT_P", "v"}}, .steps = {"true"}};
  EXPECT_EQ(additions_for(BuildSystem::command, k_additions), command);
}

TEST(BuildSystemOf, IsTheOneThatTheFileIsAbout) {
  const auto folder = TemporaryFolder::make();
  for (const char* name : {"CMakeLists.txt", "meson.build", "Makefile"})
    ASSERT_TRUE(write_file(folder->path() / name, ""));
  const auto found = [&](const BuildAdditions& additions,
                         const std::vector<std::string>& command = {}) {
    Specialization specialization = sample();
    specialization.additions[{"p", "v"}] = additions;
    return build_system_of(folder->path(), command, specialization).value();
  };
  EXPECT_EQ(found({}), BuildSystem::cmake);
  EXPECT_EQ(found({.environment = {{"A", "1"}}}), BuildSystem::cmake);
  EXPECT_EQ(found({.make = {"A=1"}}), BuildSystem::make);
  EXPECT_EQ(found({.meson = {"-Da=1"}, .make = {"A=1"}}), BuildSystem::meson);
  EXPECT_EQ(found({.cmake = {"-DA=1"}, .make = {"A=1"}}), BuildSystem::cmake);
  // There is no configure.
  EXPECT_EQ(found({.configure = {"--a"}}), BuildSystem::cmake);
  EXPECT_EQ(found({.make = {"A=1"}}, {"sh", "build.sh"}), BuildSystem::command);
}

TEST(WarningsOf, NamePointsThatMakeNoDifference) {
  EXPECT_THAT(warnings_of(sample(), {}, BuildSystem::cmake), IsEmpty());
  EXPECT_THAT(warnings_of(sample(), {}, BuildSystem::make),
              ElementsAre("`p` adds the same to a build with make whatever its value is, so "
                          "configurations that differ in nothing else are built alike"));
  EXPECT_THAT(warnings_of(sample(), {}, BuildSystem::command), IsEmpty());
  EXPECT_THAT(warnings_of(sample(), {{"p", {"v"}}}, BuildSystem::make), IsEmpty());
}

TEST(PrintBuildPlan, QuotesArgumentsAsAShellWould) {
  BuildPlan plan{.application = "a", .specialization = "x.json", .system = BuildSystem::make};
  plan.configurations = {{.name = "p=v",
                          .additions = {.arguments = {"FLAGS=-O2 -g"},
                                        .environment = {{"EMPTY", ""}, {"TWO", "a b"}}}}};
  const std::string text = print_build_plan(plan);
  EXPECT_THAT(text, HasSubstr("a: 1 configuration, built with make\n"));
  EXPECT_THAT(text, HasSubstr("    arguments   'FLAGS=-O2 -g'\n"));
  EXPECT_THAT(text, HasSubstr("    variables   EMPTY= TWO='a b'\n"));
  EXPECT_THAT(text, Not(HasSubstr("needs")));
}

TEST(PrintBuildPlanJson, ConformsToThePublishedSchema) {
  BuildPlan plan{.application = "a",
                 .specialization = "x.json",
                 .system = BuildSystem::cmake,
                 .combinations = 2,
                 .left_out = {"a value"},
                 .warnings = {"a warning"}};
  for (const char* value : {"v", "w"})
    plan.configurations.push_back(plan_configuration(sample(), {{"p", value}}, plan.system));
  const auto folder = TemporaryFolder::make();
  ASSERT_TRUE(folder);
  const auto file = folder->path() / "plan.json";
  ASSERT_TRUE(write_file(file, print_build_plan_json(plan)));
  const Command check{
      .argv = {"/usr/bin/python3", "-m", "jsonschema", "-i", file.string(), XAAS_BUILD_PLAN_SCHEMA},
      .environment = {{"PYTHONWARNINGS", "ignore"}}};
  const auto outcome = run(check);
  if (!outcome || outcome->errors.contains("No module named")) {
    GTEST_SKIP() << "python3-jsonschema is not installed";
  }
  EXPECT_TRUE(outcome->succeeded()) << outcome->output << outcome->errors;
}

TEST(InOrderOfBuilds, PutsFirstWhatEveryMachineCanRun) {
  const std::vector<SpecializationPoint> points{
      {.name = "simd",
       .values = {{.name = "avx2", .requirements = {.cpu = {"avx2"}}},
                  {.name = "sse2", .requirements = {.cpu = {"sse2"}}},
                  {.name = "none"}}}};
  const std::vector<PointAssignment> all{
      {{"simd", "avx2"}}, {{"simd", "sse2"}}, {{"simd", "none"}}};
  const auto names = [&](const std::set<std::string>& baseline) {
    std::string text;
    for (const PointAssignment& values : in_order_of_builds(all, points, baseline))
      text += values.at("simd") + " ";
    return text;
  };
  EXPECT_EQ(names({"sse2"}), "sse2 avx2 none ");
  EXPECT_EQ(names({}), "none avx2 sse2 ");
  // Nothing is generic: as they stand.
  EXPECT_EQ(in_order_of_builds({all[0]}, points, {}), std::vector{all[0]});
}

}  // namespace
}  // namespace xaas
