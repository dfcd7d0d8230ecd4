// SPDX-License-Identifier: Apache-2.0
#include "xaas/frontend/canonicalize.hpp"

#include "compile.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace xaas::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const std::string k_sum =
    "int sum(const int *p, int n) {"
    "  int s = 0; for (int i = 0; i < n; ++i) s += p[i]; return s; }";

std::string text_of(const Source& source) {
  return disassembled(test_folder(), canonical_unit(test_folder(), source).bitcode);
}

TEST(Canonicalize, LeavesNoProcessor) {
  const std::string text = text_of({k_sum});
  EXPECT_THAT(text, Not(HasSubstr("target-cpu")));
  EXPECT_THAT(text, Not(HasSubstr("target-features")));
  EXPECT_THAT(text, Not(HasSubstr("tune-cpu")));
  EXPECT_THAT(text, Not(HasSubstr("llvm.ident")));
}

TEST(Canonicalize, IsTheSameForEveryProcessor) {
  const Digest baseline = canonical_unit(test_folder(), {k_sum}).digest;
  EXPECT_EQ(canonical_unit(test_folder(), {k_sum, {"-mavx2"}}).digest, baseline);
  EXPECT_EQ(canonical_unit(test_folder(), {k_sum, {"-march=haswell"}}).digest, baseline);
  EXPECT_EQ(canonical_unit(test_folder(), {k_sum, {"-mtune=znver4"}}).digest, baseline);
}

TEST(Canonicalize, IsTheSameTheSecondTime) {
  const CanonicalUnit once = canonical_unit(test_folder(), {k_sum, {}, {"-g"}});
  const auto twice = canonicalize(once.bitcode, {}, {}, "");
  ASSERT_TRUE(twice);
  EXPECT_EQ(twice->digest, once.digest);
}

}  // namespace
}  // namespace xaas::testing
