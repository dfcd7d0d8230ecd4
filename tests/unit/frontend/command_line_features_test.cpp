// SPDX-License-Identifier: Apache-2.0
#include "compile.hpp"

#include "xaas/frontend/canonicalize.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace xaas::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

CommandLineFeatures asked(const std::vector<std::string>& flags,
                          const std::string& language = "c") {
  auto features = command_line_features("clang-22", "x86-64", flags, language);
  EXPECT_TRUE(features) << features.error().message();
  return features ? *features : CommandLineFeatures{};
}

TEST(CommandLineFeatures, OfTheBaseline) {
  const CommandLineFeatures features = asked({});
  EXPECT_EQ(features.cpu, "x86-64");
  EXPECT_THAT(features.features, Contains("+sse2"));
  EXPECT_THAT(features.features, Not(Contains("+sse3")));
}

TEST(CommandLineFeatures, FlagsCountInTheirOrder) {
  EXPECT_THAT(asked({"-mavx2", "-mno-avx"}).features, Contains("-avx2"));
  EXPECT_THAT(asked({"-mno-avx", "-mavx2"}).features, Contains("+avx2"));
  EXPECT_EQ(asked({"-mtune=znver4"}).tune, "znver4");
  EXPECT_EQ(asked({"-march=haswell"}, "c++").cpu, "haswell");
}

TEST(CommandLineFeatures, RefusesALanguageWithoutFunctions) {
  const auto features = command_line_features("clang-22", "x86-64", {}, "assembler");
  ASSERT_FALSE(features);
  EXPECT_EQ(features.error().code(), "frontend.language");
}

TEST(CommandLineFeatures, ReportsWhatTheCompilerSays) {
  const auto features = command_line_features("clang-22", "x86-64", {"-mno-such-thing"}, "c");
  ASSERT_FALSE(features);
  EXPECT_EQ(features.error().code(), "frontend.features");
  EXPECT_THAT(features.error().message(), HasSubstr("-mno-such-thing"));
}

TEST(CommandLineFeatures, ReportsACompilerThatIsNoClang) {
  const auto features = command_line_features("echo", "x86-64", {}, "c");
  ASSERT_FALSE(features);
  EXPECT_EQ(features.error().code(), "frontend.features");
}

TEST(FeatureFloor, IsWhatTheFlagsAddAndImply) {
  const auto floor = feature_floor(asked({"-mavx2"}), asked({}));
  EXPECT_THAT(floor, Contains("avx2"));
  EXPECT_THAT(floor, Contains("avx"));
  EXPECT_THAT(floor, Not(Contains("sse2")));
}

TEST(FeatureFloor, HoldsNoVetoAndNoHardening) {
  for (const char* flag :
       {"-mno-avx512f", "-mharden-sls=all", "-mretpoline", "-mlvi-hardening", "-mseses"})
    EXPECT_THAT(feature_floor(asked({flag}), asked({})), IsEmpty()) << flag;
}

}  // namespace
}  // namespace xaas::testing
