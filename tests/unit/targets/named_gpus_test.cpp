// SPDX-License-Identifier: Apache-2.0
#include "xaas/targets/target.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace xaas {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(ReplaceGpus, ByWhatAUserNames) {
  Target target;
  target.gpus = {Gpu{.vendor = "intel", .name = "old"}};
  target.origins["gpus"] = "pci";
  replace_gpus(target, parse_gpus({"sm_90*4", "gfx90a", "pvc*6"}).value());
  EXPECT_THAT(target.gpus.value(),
              ElementsAre(Gpu{.vendor = "nvidia", .architecture = "sm_90", .count = 4},
                          Gpu{.vendor = "amd", .architecture = "gfx90a"},
                          Gpu{.vendor = "intel", .architecture = "pvc", .count = 6}));
  EXPECT_EQ(target.origins["gpus"], "user");
}

TEST(ParseGpus, KnowsNone) {
  EXPECT_THAT(parse_gpus({"none"}).value(), IsEmpty());
}

TEST(ParseGpus, RefusesWhatIsNoArchitecture) {
  for (const auto& [word, near] : {std::pair("sm_91", "did you mean `sm_"),
                                   {"gfx90b", "did you mean `gfx90"},
                                   {"sm_90a", "did you mean `sm_90`"},
                                   {"pcv", "did you mean `pvc`"},
                                   {"H100", "`sm_90`"},
                                   {"", "`sm_90`"}}) {
    const auto gpus = parse_gpus({word});
    ASSERT_FALSE(gpus) << word;
    EXPECT_EQ(gpus.error().code(), "target.unknown-gpu");
    EXPECT_THAT(gpus.error().help(), HasSubstr(near)) << word;
  }
  EXPECT_EQ(parse_gpus({"sm_90", "none"}).error().code(), "target.unknown-gpu");
}

TEST(ParseGpus, RefusesWhatIsNoCount) {
  for (const char* word : {"sm_90*", "sm_90*0", "sm_90*-1", "sm_90*x", "sm_90*5000", "sm_90*4*4"}) {
    const auto gpus = parse_gpus({word});
    ASSERT_FALSE(gpus) << word;
    EXPECT_EQ(gpus.error().code(), "target.gpu-count") << word;
  }
}

}  // namespace
}  // namespace xaas
