// SPDX-License-Identifier: Apache-2.0
#include "xaas/specializations/specialization.hpp"

#include <gtest/gtest.h>

namespace xaas {
namespace {

Specialization sample() {
  Specialization specialization;
  specialization.points = {
      {.name = "simd",
       .values = {{.name = "avx2", .requirements = {.cpu = {"avx2"}}, .preference = 20}}},
      {.name = "mpi",
       .values = {{.name = "off"},
                  {.name = "on",
                   .requirements = {.cpu = {"cx16"}, .mpi = "mpich", .libraries = {{"libx", "1"}}},
                   .preference = 5}}},
      {.name = "gpu",
       .values = {{.name = "cuda",
                   .requirements = {.gpu_backend = "cuda",
                                    .gpu_architectures = {"sm_90"},
                                    .libraries = {{"libx", "1"}, {"liby", ""}}}}}}};
  specialization.additions[{"mpi", "on"}] = {.cmake = {"-DMPI=ON"},
                                             .configure = {"--enable-mpi"},
                                             .meson = {"-Dmpi=true"},
                                             .make = {"MPI=1"},
                                             .environment = {{"CC", "mpicc"}},
                                             .steps = {"second"}};
  specialization.additions[{"simd", "avx2"}] = {.cmake = {"-DSIMD=AVX2"}, .steps = {"first"}};
  return specialization;
}

const PointAssignment k_all{{"gpu", "cuda"}, {"mpi", "on"}, {"simd", "avx2"}};

TEST(AdditionsOf, StandInTheOrderOfThePoints) {
  const BuildAdditions expected{.cmake = {"-DSIMD=AVX2", "-DMPI=ON"},
                                .configure = {"--enable-mpi"},
                                .meson = {"-Dmpi=true"},
                                .make = {"MPI=1"},
                                .environment = {{"CC", "mpicc"},
                                                {"XAAS_POINT_GPU", "cuda"},
                                                {"XAAS_POINT_MPI", "on"},
                                                {"XAAS_POINT_SIMD", "avx2"}},
                                .steps = {"first", "second"}};
  EXPECT_EQ(additions_of(sample(), k_all), expected);
}

TEST(AdditionsOf, AreNoneWithoutPoints) {
  EXPECT_EQ(additions_of({}, {}), BuildAdditions());
}

TEST(RequirementsOf, AreThoseOfAllValues) {
  const Requirements expected{.cpu = {"avx2", "cx16"},
                              .gpu_backend = "cuda",
                              .gpu_architectures = {"sm_90"},
                              .mpi = "mpich",
                              .libraries = {{"libx", "1"}, {"liby", ""}}};
  EXPECT_EQ(requirements_of(sample().points, k_all), expected);
}

TEST(DescribeRequirements, NamesEachInWords) {
  EXPECT_EQ(describe_requirements({}), "");
  EXPECT_EQ(describe_requirements(requirements_of(sample().points, k_all)),
            "a processor with `avx2`, `cx16`; an MPI of the ABI `mpich`; a GPU for `cuda`, one of "
            "`sm_90`; `libx` 1 or later; `liby`");
  EXPECT_EQ(describe_requirements({.gpu_backend = "hip"}), "a GPU for `hip`");
}

TEST(PreferenceOf, IsTheSum) {
  EXPECT_EQ(preference_of(sample().points, k_all), 25);
}

}  // namespace
}  // namespace xaas
