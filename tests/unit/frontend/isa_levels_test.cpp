// SPDX-License-Identifier: Apache-2.0
#include "xaas/frontend/isa_levels.hpp"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace xaas {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> names(const std::string& list, const std::string& architecture = "amd64",
                               const std::string& baseline = "x86-64") {
  const auto levels = parse_isa_levels(list, architecture, baseline);
  EXPECT_TRUE(levels);
  std::vector<std::string> result;
  if (levels)
    for (const IsaLevel& level : *levels) result.push_back(level.name);
  return result;
}

TEST(ParseIsaLevels, PutsTheLeastDemandingFirst) {
  EXPECT_THAT(names("znver4,x86-64-v4,x86-64-v2,x86-64-v3"),
              ElementsAre("x86-64-v2", "x86-64-v3", "x86-64-v4", "znver4"));
}

TEST(ParseIsaLevels, TakesEachOnceAndNothingBelowTheBaseline) {
  EXPECT_THAT(names("x86-64-v3,x86-64-v3,x86-64,x86-64-v2", "amd64", "x86-64-v2"),
              ElementsAre("x86-64-v3"));
}

TEST(ParseIsaLevels, OfNoneAreNone) {
  EXPECT_THAT(names("none"), IsEmpty());
  EXPECT_THAT(names(default_isa_list("arm64"), "arm64", "armv8-a"), IsEmpty());
}

TEST(ParseIsaLevels, HaveTheLevelsOfThePsabiByDefault) {
  EXPECT_THAT(names(default_isa_list("amd64")), ElementsAre("x86-64-v2", "x86-64-v3", "x86-64-v4"));
}

TEST(ParseIsaLevels, KnowsHowTheCompilerIsGivenThem) {
  EXPECT_EQ(parse_isa_levels("znver4", "amd64", "x86-64")->front().flag, "-march=znver4");
  EXPECT_EQ(parse_isa_levels("neoverse-v2", "arm64", "armv8-a")->front().flag, "-mcpu=neoverse-v2");
  EXPECT_EQ(parse_isa_levels("armv9-a", "arm64", "armv8-a")->front().flag, "-march=armv9-a");
}

TEST(ParseIsaLevels, RefusesWhatIsNoProcessorOfTheArchitecture) {
  for (const char* list : {"", "x86-64-v3,", "avx2", "neoverse-v2", "none,x86-64-v3"}) {
    const auto levels = parse_isa_levels(list, "amd64", "x86-64");
    ASSERT_FALSE(levels) << list;
    EXPECT_EQ(levels.error().code(), "target.unknown-cpu");
  }
  EXPECT_THAT(parse_isa_levels("x86-64-v33", "amd64", "x86-64").error().help(),
              HasSubstr("x86-64-v3"));
}

TEST(FeatureOfMacro, IsWhatTheMacroTellsOf) {
  EXPECT_EQ(feature_of_macro("__AVX512VNNI__", "amd64"), "avx512vnni");
  EXPECT_EQ(feature_of_macro("__SSE4_1__", "amd64"), "sse4.1");
  EXPECT_EQ(feature_of_macro("__LAHF_SAHF__", "amd64"), "sahf");
  EXPECT_EQ(feature_of_macro("__ARM_FEATURE_DOTPROD", "arm64"), "dotprod");
  EXPECT_EQ(feature_of_macro("__ARM_FEATURE_MATMUL_INT8", "arm64"), "i8mm");
  EXPECT_EQ(feature_of_macro("__znver4__", "amd64"), "");
  EXPECT_EQ(feature_of_macro("__", "amd64"), "");
}

}  // namespace
}  // namespace xaas
