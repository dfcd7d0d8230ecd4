// SPDX-License-Identifier: Apache-2.0
#include "compare/compare_numbers.hpp"

#include "xaas/support/diagnostics.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace xaas {
namespace {

constexpr std::uint64_t k_most = std::numeric_limits<std::uint64_t>::max();

TEST(CompareNumbers, FindsThemInAnyNotation) {
  const auto found = [](std::string_view text) {
    const auto differences = compare_numbers(text, text);
    return differences ? differences->numbers : 0;
  };
  EXPECT_EQ(found("x=1, y=-2.5e-3; z=+.5 (7)\n0x1.8p+1 1.0D+03"), 6U);
  EXPECT_EQ(found("nan -inf Infinity NaN"), 4U);
  EXPECT_EQ(found("info nano x86 v2 a1b -- +- . - _3 1.2.3"), 1U);  // 1.2
  EXPECT_EQ(found("3 m/s 10ms"), 2U);
}

TEST(CompareNumbers, ReadsFortransExponents) {
  EXPECT_EQ(compare_numbers("1.5D-03", "0.0015")->differing, 0U);
  EXPECT_EQ(compare_numbers("1.5d+3 0x10p0", "1500 16")->differing, 0U);
}

TEST(CompareNumbers, CountsWhatDiffersAndNamesTheWorst) {
  const auto differences = compare_numbers("1\n2 3\n4", "1\n2 3.0000000000000004\n4.004");
  ASSERT_TRUE(differences);
  EXPECT_EQ(differences->numbers, 4U);
  EXPECT_EQ(differences->differing, 2U);
  EXPECT_NEAR(differences->greatest_relative, 1e-3, 1e-5);
  EXPECT_EQ(differences->worst.line, 3U);
  EXPECT_EQ(differences->worst.a, "4");
  EXPECT_EQ(differences->worst.b, "4.004");
}

TEST(CompareNumbers, CountsUlps) {
  const auto ulp = [](std::string_view a, std::string_view b) {
    return compare_numbers(a, b)->greatest_ulp;
  };
  EXPECT_EQ(ulp("3", "3.0000000000000004"), 1U);
  EXPECT_EQ(ulp("-3.0000000000000004", "-3"), 1U);
  EXPECT_EQ(ulp("5e-324", "-5e-324"), 2U);  // through zero
  EXPECT_EQ(ulp("1e999", "1.7976931348623157e308"), 1U);
  EXPECT_EQ(ulp("nan", "1"), k_most);
  EXPECT_EQ(ulp("nan", "-nan"), 0U);
}

TEST(CompareNumbers, ZerosOfBothSignsAreNotTheSameBits) {
  const auto differences = compare_numbers("0 1e-999", "-0.0 0");
  EXPECT_EQ(differences->differing, 1U);
  EXPECT_EQ(differences->greatest_relative, 0);
  EXPECT_EQ(differences->greatest_ulp, 0U);
}

TEST(CompareNumbers, WhatIsNotFiniteIsFarFromEverything) {
  EXPECT_TRUE(std::isinf(compare_numbers("inf", "1e300")->greatest_relative));
  EXPECT_TRUE(std::isinf(compare_numbers("1", "nan")->greatest_relative));
  EXPECT_EQ(compare_numbers("inf", "inf")->differing, 0U);
}

TEST(CompareNumbers, NeedsAsManyOfBoth) {
  const auto differences = compare_numbers("1 2 3", "1 2");
  ASSERT_FALSE(differences);
  EXPECT_EQ(differences.error().message(), "A has 3 numbers and B has 2");
  EXPECT_EQ(exit_code_of(differences.error()), 6);
  EXPECT_FALSE(compare_numbers("no number", "here"));
}

TEST(CheckBounds, HoldsEachBound) {
  const auto differences = compare_numbers("3", "3.0000000000000009");
  EXPECT_TRUE(check_bounds(*differences, {}));
  EXPECT_TRUE(check_bounds(*differences, {.ulp = 2, .relative = 1e-15}));
  const auto beyond = check_bounds(*differences, {.ulp = 1, .relative = {}});
  ASSERT_FALSE(beyond);
  EXPECT_EQ(beyond.error().message(),
            "the numbers differ by up to 2 ulp; 1 was allowed (line 1: 3 and 3.0000000000000009)");
  EXPECT_EQ(exit_code_of(beyond.error()), 6);
  EXPECT_FALSE(check_bounds(*differences, {.ulp = {}, .relative = 0}));
}

}  // namespace
}  // namespace xaas
