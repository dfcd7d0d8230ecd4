// SPDX-License-Identifier: Apache-2.0
#include "upkeep/remake.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace xaas {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

DeploymentRecord record_for(const Target& target) {
  return {.lto = "thin", .targets = {{.target = target, .numerics = "native"}}};
}

TEST(SettingsOf, AreTheDefaultsWhereNothingWasAskedFor) {
  const SpecializeOptions options = settings_of(record_for(*target_of_cpu("znver4")));
  EXPECT_THAT(options.settings, IsEmpty());
  EXPECT_THAT(options.gpus, IsEmpty());
  EXPECT_EQ(options.plan.lto, LtoMode::thin);
  EXPECT_EQ(options.plan.numerics, NumericsMode::native);
  EXPECT_EQ(options.plan.tree_c_library, std::nullopt);
  EXPECT_FALSE(options.frame_pointers);
  EXPECT_FALSE(options.debug);
}

TEST(SettingsOf, AreThoseOfTheRecord) {
  Target target = *target_of_cpu("znver4");
  replace_gpus(target, {{.vendor = "nvidia", .architecture = "sm_90", .count = 4}});
  DeploymentRecord record = record_for(target);
  record.targets.front().numerics = "generic";
  record.values = {{"mpi", "off"}, {"simd", "avx2"}};
  record.library_settings = {{"blas", "openblas"}};
  record.lto = "full";
  record.frame_pointers = true;
  record.debug_info = true;
  record.source = "/home/ada/heat";
  record.prefix = "/apps/heat";
  record.c_library = "image";
  record.c_library_setting = "host";
  const SpecializeOptions options = settings_of(record);
  EXPECT_THAT(options.settings, ElementsAre("mpi=off", "simd=avx2"));
  EXPECT_THAT(options.gpus, ElementsAre("sm_90*4"));
  EXPECT_EQ(options.libraries, record.library_settings);
  EXPECT_EQ(options.plan.lto, LtoMode::full);
  EXPECT_EQ(options.plan.numerics, NumericsMode::generic);
  EXPECT_EQ(options.plan.tree_c_library, CLibrary::host);
  EXPECT_TRUE(options.frame_pointers);
  EXPECT_TRUE(options.debug);
  EXPECT_EQ(options.source, "/home/ada/heat");
  EXPECT_EQ(options.prefix, "/apps/heat");
}

TEST(SettingsOf, SayThatThereAreNoGpusWhereTheUserSaidSo) {
  Target target = *target_of_cpu("znver4");
  replace_gpus(target, {});
  EXPECT_THAT(settings_of(record_for(target)).gpus, ElementsAre("none"));
}

}  // namespace
}  // namespace xaas
