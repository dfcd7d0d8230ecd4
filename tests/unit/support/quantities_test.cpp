// SPDX-License-Identifier: Apache-2.0
#include "xaas/support/quantities.hpp"

#include <gtest/gtest.h>

namespace xaas {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

}  // namespace

TEST(ParseSize, ReadsPowersOfAThousand) {
  EXPECT_EQ(parse_size("0"), 0U);
  EXPECT_EQ(parse_size("4096"), 4096U);
  EXPECT_EQ(parse_size("3K"), 3000U);
  EXPECT_EQ(parse_size("500MB"), 500'000'000U);
  EXPECT_EQ(parse_size("2G"), 2'000'000'000U);
  EXPECT_EQ(parse_size("1T"), 1'000'000'000'000U);
  for (const char* none : {"", "G", "-1", "1.5G", "1g", "1GiB", "9999999999999T", " 1"})
    EXPECT_EQ(parse_size(none), std::nullopt) << none;
}

TEST(ParseDuration, ReadsSecondsToDays) {
  EXPECT_EQ(parse_duration("45s"), seconds(45));
  EXPECT_EQ(parse_duration("90m"), seconds(5400));
  EXPECT_EQ(parse_duration("12h"), hours(12));
  EXPECT_EQ(parse_duration("30d"), hours(720));
  for (const char* none : {"", "d", "5", "1w", "1.5d", "-1d", "99999999d"})
    EXPECT_EQ(parse_duration(none), std::nullopt) << none;
}

}  // namespace xaas
