// SPDX-License-Identifier: Apache-2.0
#include "explain/why_not.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace xaas {
namespace {

using ::testing::HasSubstr;

/// One program, with a configuration for each value of one point.
IrManifest application(SpecializationPoint point) {
  IrManifest ir{.application = "heat", .architecture = "amd64"};
  ir.units.push_back({.source = "heat.cpp", .language = "c++", .bitcode = digest_of("heat.cpp")});
  ir.links.push_back({.name = "heat", .items = {LinkUnit{0}}});
  ir.products.push_back({.path = "/usr/local/bin/heat", .link = 0});
  for (const PointValue& value : point.values) {
    const PointAssignment values{{point.name, value.name}};
    ir.configurations.push_back(
        {.name = canonical_name(values), .products = {0}, .values = values});
  }
  ir.points.push_back(std::move(point));
  return ir;
}

std::string why_not(const IrManifest& ir, const Target& target,
                    const ValuesByPoint& settings = {}) {
  const auto verdicts = judge_configurations(ir, target, settings);
  if (!verdicts) return verdicts.error().message();
  return print_why_not(ir, target, *verdicts, settings.empty() ? "" : " with it");
}

TEST(PrintWhyNot, NamesWhatWouldHelpAgainstEachObstacleOnce) {
  const IrManifest ir = application(
      {.name = "simd",
       .values = {{.name = "none"},
                  {.name = "avx2", .requirements = {.cpu = {"avx2"}}},
                  {.name = "avx512", .requirements = {.cpu = {"avx512f", "avx512vl"}}}}});
  EXPECT_EQ(why_not(ir, *target_of_cpu("haswell")),
            "2 of the 3 configurations of `heat` can be deployed to `haswell`:\n"
            "  simd=none\n"
            "  simd=avx2\n"
            "the nearest of the others:\n"
            "  simd=avx512, but for simd=avx512\n"
            "what is in the way:\n"
            "  simd=avx512 needs avx512f and avx512vl, which `haswell` lacks\n"
            "    help: deploy to a processor that has them, as `x86-64-v4` does; or choose `--set "
            "simd=none` or `--set simd=avx2`\n");
  EXPECT_THAT(why_not(ir, *target_of_cpu("haswell"), {{"simd", {"avx512"}}}),
              HasSubstr("none of the 1 configuration of `heat` with it can be deployed"));
  EXPECT_EQ(why_not(ir, *target_of_cpu("znver4")),
            "3 of the 3 configurations of `heat` can be deployed to `znver4`:\n"
            "  simd=none\n  simd=avx2\n  simd=avx512\n");
}

TEST(PrintWhyNot, SaysWhichMpiToLoad) {
  const IrManifest ir =
      application({.name = "mpi",
                   .values = {{.name = "mpich", .requirements = {.mpi = "mpich"}},
                              {.name = "openmpi", .requirements = {.mpi = "openmpi"}}}});
  Target target = *target_of_cpu("haswell");
  target.mpi = {{.flavour = "openmpi", .abi = "openmpi", .version = "4.1.4"}};
  const std::string text = why_not(ir, target);
  EXPECT_THAT(text,
              HasSubstr("mpi=mpich needs an MPI with the mpich ABI, and `haswell` has openmpi "
                        "4.1.4 (openmpi ABI)\n"));
  EXPECT_THAT(text, HasSubstr("help: load the module of MPICH, Cray MPICH, Intel MPI or MVAPICH"));
  EXPECT_THAT(text, HasSubstr("; or choose `--set mpi=openmpi`\n"));
  target.mpi.reset();
  EXPECT_THAT(why_not(ir, target), HasSubstr("help: describe the machine where it is true"));
}

TEST(PrintWhyNot, TellsAGpuThatIsNotThereFromOneThatIsOther) {
  const IrManifest ir = application(
      {.name = "gpu", .values = {{.name = "cuda", .requirements = {.gpu_backend = "cuda"}}}});
  Target target = *target_of_cpu("haswell");
  target.gpus.emplace();
  EXPECT_THAT(why_not(ir, target), HasSubstr("help: deploy to a node that has one\n"));
  target.gpus = {{.vendor = "amd", .architecture = "gfx90a"}};
  EXPECT_THAT(why_not(ir, target),
              HasSubstr("or package the application for the GPU that is there"));
}

TEST(JudgeConfigurations, RefusesWhatNoConfigurationHas) {
  const IrManifest ir = application({.name = "a", .values = {{.name = "x"}}});
  const auto verdicts = judge_configurations(ir, *target_of_cpu("haswell"), {{"a", {"y"}}});
  ASSERT_FALSE(verdicts);
  EXPECT_EQ(verdicts.error().code(), "plan.no-configuration");
  EXPECT_EQ(judge_configurations(ir, *target_of_cpu("neoverse-v2"), {}).error().code(),
            "plan.architecture");
}

}  // namespace
}  // namespace xaas
