// SPDX-License-Identifier: Apache-2.0
#include "located_json.hpp"

#include <gtest/gtest.h>

#include <string>

namespace xaas {
namespace {

std::string error_of(const std::string& text) {
  const SourceText source(text, "f");
  const auto parsed = parse_located(source);
  return parsed ? "" : parsed.error().message();
}

TEST(PlainJson, BlanksCommentsAndKeepsEveryOffset) {
  EXPECT_EQ(plain_json("[1, // one\n 2 /* two\n */]"), "[1,       \n 2       \n   ]");
  EXPECT_EQ(plain_json(R"({"a": "// no /* comment"})"), R"({"a": "// no /* comment"})");
  EXPECT_EQ(plain_json(R"({"a": "\"// no"})"), R"({"a": "\"// no"})");
}

TEST(PlainJson, BlanksACommaBeforeAClosingBracket) {
  EXPECT_EQ(plain_json("[1, /* last */ ]"), "[1             ]");
  EXPECT_EQ(plain_json(R"({"a": [1,],})"), R"({"a": [1 ] })");
}

TEST(PlainJson, LeavesCommasThatEndNoValue) {
  for (const std::string text : {"[,]", "{,}", "[1,,]", R"({"a":,})"})
    EXPECT_EQ(plain_json(text).find(','), text.find(',')) << text;
}

TEST(ParseLocated, KnowsWhereEachValueStands) {
  const std::string text = "{\"a\": [1,\n  true, \"x\"], /* c */ \"b\": {}}";
  const SourceText source(text, "f");
  const auto parsed = parse_located(source);
  ASSERT_TRUE(parsed) << parsed.error().message();
  const auto& a = parsed->children.at(0);
  EXPECT_EQ(text.substr(a.key_at, 3), "\"a\"");
  EXPECT_EQ(text.substr(a.at, 1), "[");
  EXPECT_EQ(text.substr(a.children.at(0).at, 1), "1");
  EXPECT_EQ(text.substr(a.children.at(1).at, 4), "true");
  EXPECT_EQ(text.substr(a.children.at(2).at, 3), "\"x\"");
  EXPECT_EQ(source.line_of(a.children.at(2).at), 2U);
  EXPECT_EQ(text.substr(parsed->find("b")->at, 2), "{}");
  EXPECT_EQ(parsed->find("c"), nullptr);
}

TEST(ParseLocated, PointsAtWhatIsNoJson) {
  EXPECT_EQ(error_of("{\n  \"a\" 1}").substr(0, 7), "f:2:7: ");
  EXPECT_EQ(error_of("[1, x]").substr(0, 7), "f:1:5: ");
  EXPECT_EQ(error_of("").substr(0, 7), "f:1:1: ");
  EXPECT_EQ(error_of("[1").substr(0, 7), "f:1:3: ");
  EXPECT_EQ(error_of("[1] 2").substr(0, 7), "f:1:5: ");
  EXPECT_EQ(error_of("[1, /* for ever ]").substr(0, 7), "f:1:5: ");
  EXPECT_EQ(error_of("[,]").substr(0, 7), "f:1:2: ");
  EXPECT_EQ(error_of("[\"\xFF\"]").substr(0, 6), "f:1:2:") << error_of("[\"\xFF\"]");
}

TEST(ParseLocated, CountsCharactersNotBytes) {
  EXPECT_EQ(error_of("[\"\u00e4\u00f6\u00fc\", x]").substr(0, 8), "f:1:9: t");
}

TEST(ParseLocated, RefusesTwoKeysOfOneName) {
  EXPECT_EQ(error_of("{\"a\": 1,\n \"a\": 2}"), "f:2:2: the key `a` is here a second time");
}

TEST(ParseLocated, RefusesWhatIsTooDeepOrTooLong) {
  EXPECT_EQ(error_of(std::string(64, '[') + std::string(64, ']')), "");
  EXPECT_EQ(error_of(std::string(100'000, '[')), "f:1:65: this nests deeper than 64");
  EXPECT_EQ(error_of("[]" + std::string(1 << 20, ' ')),
            "f:1:1: this is longer than 1 MiB, which no such file is");
}

}  // namespace
}  // namespace xaas
