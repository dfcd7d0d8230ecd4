// SPDX-License-Identifier: Apache-2.0
#include "explain/explain.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace xaas {
namespace {

using ::testing::HasSubstr;

DeploymentRecord sample() {
  DeployedTarget part{.target = *target_of_cpu("haswell"), .numerics = "native"};
  part.exceptions = {
      {.reason = "machine code kept: it is assembly", .count = 5, .sources = {"a.s", "b.s"}}};
  return {.application = "heat",
          .image = digest_of("image"),
          .reference = "oci:heat",
          .producer = "xaas-deploy 0.1.0 (LLVM 22)",
          .configuration = "simd=avx2",
          .decision =
              ConfigurationDecision{
                  .requirements = {.cpu = {"avx2"}},
                  .reason = "the only one that `host` can run",
                  .rejected = {{.name = "simd=avx512",
                                .reasons = {"simd=avx512 needs avx512f, which `host` lacks"}}}},
          .lto = "thin",
          .targets = {part},
          .notes = {"programs run with the machine's C library"}};
}

TEST(ExplainRecord, TellsEachDecisionAndItsReason) {
  const std::string text = explain_record(sample());
  EXPECT_THAT(text, HasSubstr("heat was made by xaas-deploy 0.1.0 (LLVM 22) from `oci:heat`"));
  EXPECT_THAT(text, HasSubstr("configuration simd=avx2: the only one that `host` can run\n"
                              "  not simd=avx512: simd=avx512 needs avx512f, which `host` lacks\n"
                              "  it needs a processor with `avx2`\n"));
  EXPECT_THAT(text, HasSubstr("target haswell: amd64, "));
  EXPECT_THAT(text, HasSubstr("  a.s, b.s and 3 more: machine code kept: it is assembly\n"));
  EXPECT_THAT(text, HasSubstr("note: programs run with the machine's C library\n"));
}

TEST(ExplainRecord, SaysWhenNoReasonWasRecorded) {
  DeploymentRecord record = sample();
  record.decision.reset();
  EXPECT_THAT(explain_record(record), HasSubstr("configuration simd=avx2; why is not recorded"));
  record.decision.emplace();
  EXPECT_THAT(explain_record(record), HasSubstr("configuration simd=avx2: the image has no other"));
}

}  // namespace
}  // namespace xaas
