// SPDX-License-Identifier: Apache-2.0
#include "lowering_fixture.hpp"

#include "xaas/support/files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace xaas::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const Source k_kernel = {.text = R"(
  void scale(float *restrict out, const float *restrict in, float by, int n) {
    for (int i = 0; i < n; ++i) out[i] = in[i] * by;
  })",
                         .isa_flags = {},
                         .other_flags = {},
                         .name = "kernel.c"};
const Source k_main = {.text = R"(
  #include <stdio.h>
  void scale(float *out, const float *in, float by, int n);
  int main(int argc, char **argv) {
    float in[100], out[100], sum = 0;
    for (int i = 0; i < 100; ++i) in[i] = i;
    scale(out, in, 2.0f * argc, 100);
    for (int i = 0; i < 100; ++i) sum += out[i];
    printf("sum %.0f\n", sum);
    return 0;
  })",
                       .isa_flags = {},
                       .other_flags = {},
                       .name = "main.c"};

TEST_F(Lowering, BaselineUsesOnlySse) {
  lower(program_of({k_main, k_kernel}));
  EXPECT_THAT(instructions(), HasSubstr("%xmm"));
  EXPECT_THAT(instructions(), Not(HasSubstr("%ymm")));
  EXPECT_EQ(printed(), "sum 9900\n");
}

TEST_F(Lowering, Level3VectorizesWithAvx2) {
  const LoweringResult result = lower(program_of({k_main, k_kernel}, "x86-64-v3"));
  EXPECT_THAT(instructions(), HasSubstr("%ymm"));
  EXPECT_THAT(instructions(), Not(HasSubstr("%zmm")));
  EXPECT_EQ(printed(), "sum 9900\n");
  EXPECT_EQ(result.functions, 2U);
  EXPECT_TRUE(result.explicit_functions.empty());
}

TEST_F(Lowering, Zen4VectorizesWithAvx512) {
  lower(program_of({k_main, k_kernel}, "znver4"));
  EXPECT_THAT(instructions(), HasSubstr("%zmm"));
}

TEST_F(Lowering, SapphireRapidsPrefers256Bits) {
  lower(program_of({k_main, k_kernel}, "sapphirerapids"));
  EXPECT_THAT(instructions(), HasSubstr("%ymm"));
  EXPECT_THAT(instructions(), Not(HasSubstr("%zmm")));
}

}  // namespace
}  // namespace xaas::testing
