// SPDX-License-Identifier: Apache-2.0
#include "xaas/support/text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace xaas {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) lines.emplace_back(take_line(text));
  return lines;
}

TEST(TakeLine, TakesOneLineAfterTheOther) {
  EXPECT_THAT(lines_of("a\n\nb"), ElementsAre("a", "", "b"));
}

TEST(TakeLine, BeginsNoLineAtTheEnd) {
  EXPECT_THAT(lines_of("a\n"), ElementsAre("a"));
  EXPECT_THAT(lines_of("\n"), ElementsAre(""));
  EXPECT_THAT(lines_of(""), IsEmpty());
}

TEST(FirstLine, EndsWhereTheLineDoes) {
  EXPECT_EQ(first_line("a\nb"), "a");
  EXPECT_EQ(first_line("a"), "a");
  EXPECT_EQ(first_line("\nb"), "");
  EXPECT_EQ(first_line(""), "");
}

TEST(WithoutOctalEscapes, LeavesWhatIsNoEscape) {
  EXPECT_EQ(without_octal_escapes("/a\\040b\\134"), "/a b\\");
  EXPECT_EQ(without_octal_escapes("\\08x\\"), "\\08x\\");
}

TEST(LowerCase, LeavesOtherThanAscii) {
  EXPECT_EQ(lower_case("OpenBLAS \xC3\x84"), "openblas \xC3\x84");
}

TEST(Counted, HasNoEndingForOne) {
  EXPECT_EQ(counted(1, "unit"), "1 unit");
  EXPECT_EQ(counted(0, "unit"), "0 units");
}

TEST(Trimmed, LeavesWhatIsWithin) {
  EXPECT_EQ(trimmed(" \ta b\r\n"), "a b");
  EXPECT_EQ(trimmed(" \n"), "");
}

}  // namespace
}  // namespace xaas
