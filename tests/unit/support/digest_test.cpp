// SPDX-License-Identifier: Apache-2.0
#include "xaas/support/digest.hpp"

#include "expect.hpp"

#include "xaas/support/files.hpp"

#include <gtest/gtest.h>

namespace xaas {
namespace {

// FIPS 180-4, the examples "abc" and the empty message.
constexpr auto k_abc = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr auto k_empty = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

TEST(DigestOf, AgreesWithTheStandard) {
  EXPECT_EQ(digest_of("abc").str(), k_abc);
  EXPECT_EQ(digest_of("").str(), k_empty);
}

TEST(DigestBuilder, DoesNotDependOnThePieces) {
  DigestBuilder builder;
  builder.update("a");
  builder.update("");
  builder.update("bc");
  EXPECT_EQ(builder.finish().str(), k_abc);
}

TEST(DigestOfFile, EqualsTheDigestOfItsBytes) {
  const auto folder = TemporaryFolder::make();
  ASSERT_OK(folder);
  const std::string bytes(1'000'000, 'x');
  ASSERT_OK(write_file(folder->path() / "f", bytes));
  const auto digest = digest_of_file(folder->path() / "f");
  ASSERT_OK(digest);
  EXPECT_EQ(*digest, digest_of(bytes));
}

TEST(DigestOfFile, NamesAMissingFile) {
  const auto digest = digest_of_file("/no/such/file");
  ASSERT_FALSE(digest);
  EXPECT_EQ(digest.error().kind(), ErrorKind::not_found);
  EXPECT_NE(digest.error().message().find("/no/such/file"), std::string::npos);
}

TEST(DigestOfFile, SaysThatAFolderIsOne) {
  const auto digest = digest_of_file("/");
  ASSERT_FALSE(digest);
  EXPECT_EQ(digest.error().kind(), ErrorKind::io);
}

TEST(ParseDigest, RoundTrips) {
  const auto digest = Digest::parse(k_abc);
  ASSERT_OK(digest);
  EXPECT_EQ(digest->str(), k_abc);
  EXPECT_EQ(digest->brief(), "ba7816bf8f01");
  EXPECT_EQ(*digest, digest_of("abc"));
}

TEST(ParseDigest, RefusesUppercaseHex) {
  std::string text = k_abc;
  text[8] = 'A';
  EXPECT_FALSE(Digest::parse(text));
}

TEST(ParseDigest, RefusesEveryOtherLength) {
  const std::string text = k_abc;
  EXPECT_FALSE(Digest::parse(text.substr(0, text.size() - 1)));
  EXPECT_FALSE(Digest::parse(text + "0"));
  EXPECT_FALSE(Digest::parse(""));
}

TEST(ParseDigest, RefusesOtherAlgorithmsAndBareHex) {
  const std::string text = k_abc;
  EXPECT_FALSE(Digest::parse("sha512:" + text.substr(7)));
  const auto bare = Digest::parse(text.substr(7));
  ASSERT_FALSE(bare);
  EXPECT_EQ(bare.error().code(), "support.digest");
}

TEST(Digest, IsEmptyUntilItIsOfSomething) {
  EXPECT_TRUE(Digest{}.is_empty());
  EXPECT_NE(Digest{}, digest_of(""));
}

}  // namespace
}  // namespace xaas
