// SPDX-License-Identifier: Apache-2.0
#include "tar_writer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace xaas {
namespace {

using ::testing::HasSubstr;

TEST(TarHeader, IsOneBlockForAnOrdinaryFile) {
  const auto header = tar_header({.path = "a/b", .mode = 0755, .size = 10});
  ASSERT_EQ(header.size(), 512U);
  EXPECT_STREQ(header.c_str(), "a/b");
  EXPECT_EQ(header.substr(100, 7), "0000755");
  EXPECT_EQ(header.substr(124, 11), "00000000012");
  EXPECT_EQ(header[156], '0');
}

TEST(TarHeader, SplitsALongPathAtASlash) {
  const std::string path = std::string(150, 'p') + "/" + std::string(100, 'n');
  const auto header = tar_header({.path = path});
  ASSERT_EQ(header.size(), 512U) << "no pax header is needed";
  EXPECT_EQ(header.substr(0, 100), std::string(100, 'n'));
  EXPECT_EQ(header.substr(345, 150), std::string(150, 'p'));
}

TEST(TarHeader, WritesALongerPathAsPax) {
  const std::string path = std::string(156, 'p') + "/" + std::string(100, 'n');
  const auto header = tar_header({.path = path});
  ASSERT_EQ(header.size(), 3 * 512U);
  EXPECT_EQ(header[156], 'x');
  EXPECT_THAT(header, HasSubstr("267 path=" + path + "\n"));
}

TEST(TarHeader, CountsTheDigitsOfTheRecordItself) {
  // 90 bytes of path, 7 around them and 2 digits make 99; one byte more needs a third digit.
  const std::string umlaut = "ö";
  EXPECT_EQ(tar_header({.path = umlaut + std::string(88, 'a')}).substr(512, 8), "99 path=");
  EXPECT_EQ(tar_header({.path = umlaut + std::string(89, 'a')}).substr(512, 9), "101 path=");
}

TEST(TarHeader, WritesEightGigabytesAsPax) {
  const auto largest = std::uint64_t{8} << 30;
  EXPECT_EQ(tar_header({.path = "a", .size = largest - 1}).size(), 512U);
  const auto header = tar_header({.path = "a", .size = largest});
  EXPECT_THAT(header, HasSubstr(" size=8589934592\n"));
  EXPECT_EQ(header.substr(1024 + 124, 11), "00000000000");
}

TEST(TarHeader, MarksFoldersByASlash) {
  const auto header = tar_header({.path = "a", .kind = TarKind::folder, .mode = 0755});
  EXPECT_STREQ(header.c_str(), "a/");
  EXPECT_EQ(header[156], '5');
}

TEST(TarPadding, FillsTheLastBlock) {
  EXPECT_EQ(tar_padding(0).size(), 0U);
  EXPECT_EQ(tar_padding(1).size(), 511U);
  EXPECT_EQ(tar_padding(512).size(), 0U);
  EXPECT_EQ(tar_end().size(), 1024U);
}

}  // namespace
}  // namespace xaas
