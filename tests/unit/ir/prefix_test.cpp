// SPDX-License-Identifier: Apache-2.0
#include "xaas/ir/prefix.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

namespace xaas {
namespace {

TEST(PaddedPrefix, IsTheSameFolderInExactlyThatLength) {
  std::string prefix = "/";
  for (std::size_t length = 1; length <= 128; ++length, prefix += 'x') {
    const std::string padded = padded_prefix(prefix, 128);
    EXPECT_EQ(padded.size(), 128U) << prefix;
    const auto path = std::filesystem::path(padded + "/bin/x").lexically_normal();
    EXPECT_EQ(path, std::filesystem::path(prefix) / "bin/x") << padded;
  }
  EXPECT_EQ(padded_prefix(prefix, 128), "") << prefix.size();
}

TEST(WithoutPadding, GivesThePrefixBack) {
  for (const char* prefix : {"/a", "/opt", "/opt/ab", "/opt/.hidden/x.d", "/opt/a b/\xc3\xa9"}) {
    EXPECT_EQ(without_padding(padded_prefix(prefix, 64)), prefix);
    EXPECT_EQ(without_padding(padded_prefix(prefix, 64) + "/lib"), std::string(prefix) + "/lib");
  }
}

TEST(PlaceholderPrefix, RepeatsNoEightCharacters) {
  const std::string& text = placeholder_prefix();
  ASSERT_EQ(text.size(), 128U);
  for (std::size_t i = 0; i + 8 <= text.size(); ++i)
    EXPECT_EQ(text.find(text.substr(i, 8), i + 1), std::string::npos) << i;
}

TEST(PlacesOf, FindsWhatLiesApart) {
  EXPECT_EQ(places_of("/a", "/a/a/b/a"), (std::vector<std::uint64_t>{0, 2, 6}));
  EXPECT_EQ(places_of("/a/a", "/a/a/a"), std::vector<std::uint64_t>{0});
  EXPECT_TRUE(places_of("", "x").empty());
}

TEST(LieApart, WantsTheLengthBetweenPlaces) {
  EXPECT_TRUE(lie_apart({}, 4));
  EXPECT_TRUE(lie_apart({0, 4, 8}, 4));
  EXPECT_FALSE(lie_apart({0, 3}, 4));
  EXPECT_FALSE(lie_apart({4, 0}, 4));
}

TEST(MovedPlaces, AreWhereTheReplacementStands) {
  const std::string bytes = "x/aa/y/aa";
  const auto places = places_of("/aa", bytes);
  for (const std::string to : {"/b", "/bbb", "/longer"}) {
    const std::string moved = replaced_at(bytes, places, 3, to);
    EXPECT_TRUE(stands_at(to, moved_places(places, 3, to.size()), moved)) << moved;
    EXPECT_EQ(replaced_at(moved, moved_places(places, 3, to.size()), to.size(), "/aa"), bytes);
  }
  EXPECT_FALSE(stands_at("/aa", {1, 100}, bytes));
}

TEST(HasPiecesOf, SeesEightBytesInARow) {
  const std::string& placeholder = placeholder_prefix();
  EXPECT_TRUE(has_pieces_of(placeholder, "movabs " + placeholder.substr(40, 8)));
  EXPECT_FALSE(has_pieces_of(placeholder, "movabs " + placeholder.substr(40, 7)));
}

TEST(HasPiecesOf, SeesWideCharacters) {
  for (const std::size_t width : {2U, 4U}) {
    std::string wide = "x";
    for (const char c : placeholder_prefix()) wide.append(1, c).append(width - 1, '\0');
    EXPECT_TRUE(has_pieces_of(placeholder_prefix(), wide)) << width;
  }
}

}  // namespace
}  // namespace xaas
