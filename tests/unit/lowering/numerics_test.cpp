// SPDX-License-Identifier: Apache-2.0
#include "lowering_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

// Units whose results must be the generic build's, on processors that would round otherwise.

namespace xaas::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const Source k_main = {.text =
                           "int printf(const char *, ...); double f(double, double);"
                           "int main(void) { return printf(\"%g\\n\", f(3, 2)) < 0; }",
                       .name = "main.c"};

class Numerical : public Lowering {
 protected:
  /// The instructions of f(), which `text` defines, on a processor with fused multiply-add.
  std::string lowered(const Source& source, bool keep_bits, bool fused = false) {
    LoweringJob job = program_of({k_main, source}, "x86-64-v3");
    for (LoweringJob::Item& item : job.items) {
      if (auto* unit = std::get_if<LoweringJob::Bitcode>(&item)) {
        unit->keep_bits = keep_bits;
        unit->fused = fused;
      }
    }
    lower(job);
    return instructions("f");
  }
};

const std::string k_multiply_add =
    "__attribute__((noinline)) double f(double a, double b) { return a * a - b; }";

TEST_F(Numerical, MultiplyAddsAreFusedWhereNobodyMinds) {
  EXPECT_THAT(lowered({.text = k_multiply_add}, false), HasSubstr("vfm"));
}

TEST_F(Numerical, MultiplyAddsKeepTheirTwoRoundings) {
  const std::string text = lowered({.text = k_multiply_add}, true);
  EXPECT_THAT(text, HasSubstr("vmulsd"));
  EXPECT_THAT(text, Not(HasSubstr("vfm")));
  EXPECT_EQ(printed(), "7\n");
}

TEST_F(Numerical, MultiplyAddsKeepTheirOneRounding) {
  EXPECT_THAT(lowered({.text = k_multiply_add}, true, true), HasSubstr("vfm"));
  const std::string own = "__attribute__((target(\"fma\")))" + k_multiply_add;
  EXPECT_THAT(lowered({.text = own}, true), HasSubstr("vfm"));
}

TEST_F(Numerical, ContractionIsForbidden) {
  const Source source = {.text =
                             "__attribute__((noinline)) double f(double a, double b) { double p = "
                             "a * a; return p - b; }",
                         .other_flags = {"-ffp-contract=fast"}};
  EXPECT_THAT(lowered(source, false), HasSubstr("vfm"));
  EXPECT_THAT(lowered(source, true), Not(HasSubstr("vfm")));
}

TEST_F(Numerical, StrictMultiplyAddsAreSplitToo) {
  const Source source = {.text = k_multiply_add,
                         .other_flags = {"-frounding-math", "-ffp-exception-behavior=strict"}};
  EXPECT_THAT(lowered(source, false), HasSubstr("vfm"));
  EXPECT_THAT(lowered(source, true), Not(HasSubstr("vfm")));
  EXPECT_EQ(printed(), "7\n");
}

// The link puts f(3, 2) into main(), where it is exp(1).
TEST_F(Numerical, TheCompilerEvaluatesNoFunctionOfTheLibrary) {
  const Source f = {.text =
                        "double exp(double);"
                        "double f(double a, double b) { return exp(a - b); }"};
  LoweringJob job = program_of({k_main, f});
  job.items.emplace_back(LoweringJob::Option{"--unresolved-symbols=ignore-all"});
  lower(job);
  EXPECT_THAT(instructions("main"), Not(HasSubstr("exp")));
  for (LoweringJob::Item& item : job.items)
    if (auto* unit = std::get_if<LoweringJob::Bitcode>(&item)) unit->keep_bits = true;
  lower(job);
  EXPECT_THAT(instructions("main"), HasSubstr("exp"));
}

}  // namespace
}  // namespace xaas::testing
