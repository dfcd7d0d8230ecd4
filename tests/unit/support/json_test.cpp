// SPDX-License-Identifier: Apache-2.0
#include "xaas/support/json.hpp"

#include "expect.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace xaas {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string error_of(std::string_view text) {
  const auto value = parse_json(text);
  return value ? "" : value.error().message();
}

std::string nested(std::size_t depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

TEST(ParseJson, KeepsTheOrderOfKeys) {
  const auto value = parse_json(R"({"b": 1, "a": [true, null]})");
  ASSERT_OK(value);
  EXPECT_EQ(print_json(*value), "{\n  \"b\": 1,\n  \"a\": [\n    true,\n    null\n  ]\n}\n");
}

TEST(ParseJson, NamesLineAndColumn) {
  EXPECT_THAT(error_of("{\n  \"a\": ]\n}"), HasSubstr("line 2, column 8: "));
}

TEST(ParseJson, SaysWhatItIsInItsKind) {
  const auto value = parse_json("{");
  ASSERT_FALSE(value);
  EXPECT_EQ(value.error().kind(), ErrorKind::corrupt);
  EXPECT_EQ(value.error().code(), "support.json");
}

TEST(ParseJson, RefusesAnEmptyText) {
  EXPECT_FALSE(parse_json(""));
}

TEST(ParseJson, RefusesWhatFollowsTheDocument) {
  EXPECT_FALSE(parse_json("{} {}"));
}

TEST(ParseJson, RefusesTextThatIsNotUtf8) {
  EXPECT_FALSE(parse_json("\"\xff\""));
}

TEST(ParseJson, RefusesNumbersTooLargeForAnyType) {
  EXPECT_FALSE(parse_json("[1e999]"));
}

TEST(ParseJson, TakesSixtyFourLevels) {
  EXPECT_OK(parse_json(nested(64)));
}

TEST(ParseJson, RefusesSixtyFiveLevels) {
  EXPECT_THAT(error_of(nested(65)), HasSubstr("column 65: JSON nests deeper than 64"));
}

TEST(ParseJson, DoesNotCountBracketsInsideStrings) {
  EXPECT_OK(parse_json("\"\\\"" + std::string(100, '[') + "\""));
}

TEST(ParseJson, EndsOnAnUnfinishedString) {
  EXPECT_FALSE(parse_json("\"abc"));
  EXPECT_FALSE(parse_json("\"abc\\"));
}

TEST(ParseJson, RefusesObjectsThatWouldTakeMinutes) {
  std::string text = "{";
  for (int i = 0; i <= 10000; ++i) text += "\"k" + std::to_string(i) + "\":0,";
  text.back() = '}';
  EXPECT_THAT(error_of(text), HasSubstr("more than 10000 keys"));
}

TEST(IsUtf8, KnowsNamesThatJsonCannotHold) {
  EXPECT_TRUE(is_utf8("plain"));
  EXPECT_TRUE(is_utf8("h\xc3\xbclse"));
  EXPECT_TRUE(is_utf8("the \xef\xbf\xbd itself"));
  EXPECT_FALSE(is_utf8("h\xfclse"));
  EXPECT_FALSE(is_utf8("cut \xc3"));
}

TEST(PrintJson, ReplacesBytesThatAreNotUtf8) {
  EXPECT_EQ(print_json(Json{"\xff"}), "[\n  \"\xEF\xBF\xBD\"\n]\n");
}

class JsonReaderTest : public ::testing::Test {
 protected:
  const Json document = Json::parse(R"({
    "text": "t", "number": 7, "negative": -1, "large": 9007199254740993, "exact": 9007199254740992,
    "real": 1.0, "flag": true, "list": ["a", "b"], "mixed": ["a", 1], "object": {"inner": 1},
    "links": [{"kind": 1}, {"kind": "exe"}], "scalars": [{}, 3],
    "digest": "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"})");
  const JsonReader reader{document, ""};
};

TEST_F(JsonReaderTest, ReadsWhatIsThere) {
  EXPECT_EQ(*reader.string("text"), "t");
  EXPECT_EQ(*reader.integer("number"), 7);
  EXPECT_EQ(*reader.integer("exact"), std::int64_t{1} << 53);
  EXPECT_TRUE(*reader.boolean_or("flag", false));
  EXPECT_THAT(*reader.strings("list"), ElementsAre("a", "b"));
  EXPECT_EQ(*reader.digest("digest"), digest_of(""));
  EXPECT_EQ(*reader.object("object")->integer("inner"), 1);
  EXPECT_TRUE(reader.has("text"));
}

TEST_F(JsonReaderTest, FallsBackWhereAFieldMayBeAbsent) {
  EXPECT_EQ(*reader.string_or("none", "x"), "x");
  EXPECT_EQ(*reader.integer_or("none", 5), 5);
  EXPECT_TRUE(*reader.boolean_or("none", true));
  EXPECT_TRUE(reader.strings("none")->empty());
  EXPECT_TRUE(reader.objects("none")->empty());
  EXPECT_TRUE(reader.digest_or_empty("none")->is_empty());
  EXPECT_FALSE(reader.has("none"));
}

TEST_F(JsonReaderTest, RefusesAnAbsentFieldThatIsRequired) {
  EXPECT_EQ(reader.string("none").error().message(), "`none` is missing");
  EXPECT_FALSE(reader.integer("none"));
  EXPECT_FALSE(reader.digest("none"));
  EXPECT_FALSE(reader.object("none"));
}

TEST_F(JsonReaderTest, RefusesAnotherTypeAlsoWhereThereIsAFallback) {
  EXPECT_EQ(reader.string("number").error().message(), "`number` is number, not string");
  EXPECT_EQ(reader.string("number").error().kind(), ErrorKind::corrupt);
  EXPECT_FALSE(reader.string_or("number", "x"));
  EXPECT_FALSE(reader.integer_or("text", 1));
  EXPECT_FALSE(reader.boolean_or("text", true));
  EXPECT_FALSE(reader.strings("text"));
  EXPECT_FALSE(reader.objects("object"));
  EXPECT_FALSE(reader.object("list"));
  EXPECT_FALSE(reader.digest("number"));
}

TEST_F(JsonReaderTest, RefusesIntegersThatOthersCannotRead) {
  EXPECT_EQ(reader.integer("negative").error().message(), "`negative` is not between 0 and 2^53");
  EXPECT_FALSE(reader.integer("large"));
  EXPECT_FALSE(reader.integer("real"));
}

TEST_F(JsonReaderTest, NamesThePathOfAFieldDeepInside) {
  const auto links = reader.objects("links");
  ASSERT_OK(links);
  EXPECT_EQ((*links)[0].string("kind").error().message(), "`links[0].kind` is number, not string");
  EXPECT_EQ(*(*links)[1].string("kind"), "exe");
  EXPECT_EQ(reader.strings("mixed").error().message(), "`mixed[1]` is number, not string");
  EXPECT_EQ(reader.objects("scalars").error().message(), "`scalars[1]` is number, not object");
}

TEST_F(JsonReaderTest, SaysThatATextIsNoDigest) {
  EXPECT_EQ(reader.digest("text").error().message(), "`text` is not a digest");
  EXPECT_EQ(reader.digest_or_empty("text").error().kind(), ErrorKind::corrupt);
}

TEST(JsonReader, RefusesADocumentThatIsNoObject) {
  const Json list = Json::array();
  EXPECT_EQ(JsonReader(list, "").string("a").error().message(), "`document` is array, not object");
  EXPECT_FALSE(JsonReader(list, "").has("a"));
}

}  // namespace
TEST(LineOfValue, IsWhereTheValueBegins) {
  constexpr std::string_view k_text =
      "\n{\"a\": {\"x}\": 1,\n \"b\": [2, \"]\\\"\",\n  {\"c\":\n 3}]},\n\"d\\u0065\": null}\n";
  EXPECT_EQ(line_of_value(k_text, {}), 2U);
  EXPECT_EQ(line_of_value(k_text, {"a", "x}"}), 2U);
  EXPECT_EQ(line_of_value(k_text, {"a", "b"}), 3U);
  EXPECT_EQ(line_of_value(k_text, {"a", "b", "1"}), 3U);
  EXPECT_EQ(line_of_value(k_text, {"a", "b", "2"}), 4U);
  EXPECT_EQ(line_of_value(k_text, {"a", "b", "2", "c"}), 5U);
  EXPECT_EQ(line_of_value(k_text, {"de"}), 6U);
}

TEST(LineOfValue, IsTheObjectsWhereAKeyIsNotThere) {
  EXPECT_EQ(line_of_value("{\"a\":\n{}}", {"a", "b", "c"}), 2U);
  EXPECT_EQ(line_of_value("{\"a\":\n[1]}", {"a", "7"}), 2U);
  EXPECT_EQ(line_of_value("[]", {"a"}), 1U);
  EXPECT_EQ(line_of_value("7", {"a"}), 1U);
}

}  // namespace xaas
