// SPDX-License-Identifier: Apache-2.0
#include "deployment_record.hpp"

#include <gtest/gtest.h>

#include <string>

namespace xaas {
namespace {

DeploymentRecord sample() {
  return {.application = "app",
          .image = digest_of("image"),
          .ir = digest_of("ir"),
          .reference = "oci:images:app",
          .producer = "xaas-deploy 0.1.0 (LLVM 22.1.8)",
          .configuration = "default",
          .lto = "thin",
          .target = *target_of_cpu("x86-64-v3"),
          .entrypoint = {"/usr/local/bin/app"},
          .command = {},
          .environment = {"PATH=/usr/local/bin:/bin"},
          .products = {{.path = "/usr/local/bin/app",
                        .content = digest_of("app"),
                        .units = 3,
                        .lowered = 2,
                        .census = {.instructions = {{"AVX2", 10}}, .widest_vector_bits = 256}}},
          .generic_products = {"/usr/local/bin/other"},
          .notes = {"1 of the 3 units of `app` keep the generic build's machine code"}};
}

TEST(ParseRecord, GivesBackWhatWasPrinted) {
  const std::string text = print_record(sample());
  const auto parsed = parse_record(text);
  ASSERT_TRUE(parsed) << parsed.error().message();
  EXPECT_EQ(print_record(*parsed), text);
  EXPECT_EQ(parsed->products[0].census.widest_vector_bits, 256U);
  EXPECT_EQ(parsed->target.cpu.name, "x86-64-v3");
}

TEST(ParseRecord, RefusesAnotherSchema) {
  const auto parsed = parse_record(R"({"schema": "xaas.deployment/9"})");
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().code(), "deployed.schema");
}

TEST(ParseRecord, RefusesWhatIsNotARecord) {
  for (const char* text : {"", "[]", "7", "{}", R"({"schema": "xaas.deployment/0"})"}) {
    EXPECT_FALSE(parse_record(text)) << text;
  }
}

TEST(PrintRecord, LeavesOutTheReferenceOfAnImageThatMayTravel) {
  DeploymentRecord record = sample();
  record.reference.clear();
  EXPECT_EQ(print_record(record).find("\"reference\""), std::string::npos);
}

}  // namespace
}  // namespace xaas
