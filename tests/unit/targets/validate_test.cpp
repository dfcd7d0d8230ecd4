// SPDX-License-Identifier: Apache-2.0
#include "xaas/targets/validate.hpp"

#include "embedded.hpp"

#include "xaas/support/json.hpp"
#include "xaas/targets/target.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>
#include <string>

namespace xaas {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;

/// "LINE error: TEXT; HELP" each.
std::vector<std::string> problems_in(std::string_view text) {
  std::vector<std::string> found;
  for (const auto& [line, is_error, what, help] : validate_document(text)) {
    found.push_back(fmt::format("{} {}: {}; {}", line, is_error ? "error" : "warning", what, help));
  }
  return found;
}

/// A small description with `more` on its fourth line.
std::string with(const std::string& more) {
  return R"({"schema": "xaas.target/1",
"architecture": "arm64",
"cpu": {"name": "generic", "features": ["fp-armv8", "neon", "v8a"]})" +
         std::string(more.empty() ? "" : ",\n") + more + "}";
}

/// Words of JSON Schema in our schemas.
void collect_keywords(const Json& schema, std::set<std::string>& words) {
  for (const auto& item : schema.items()) {
    words.insert(item.key());
    if (item.key() == "properties") {
      for (const auto& property : item.value().items()) collect_keywords(property.value(), words);
    } else if (item.key() == "items" || item.key() == "additionalProperties") {
      collect_keywords(item.value(), words);
    }
  }
}

}  // namespace

TEST(ValidateDocument, FindsNothingInWhatIsPrinted) {
  for (const char* name : {"znver4", "x86-64", "neoverse-v2", "armv8-a"})
    EXPECT_THAT(problems_in(print_target(target_of_cpu(name).value())), IsEmpty()) << name;
  EXPECT_THAT(problems_in(print_target(detect_host().value())), IsEmpty());
  EXPECT_THAT(problems_in(with("")), IsEmpty());
}

TEST(ValidateDocument, FindsEveryProblemAndItsLine) {
  EXPECT_THAT(
      problems_in(with("\"memory\": \"1\",\n\"gpus\": [{\"count\": 0}],\n\"blas\": "
                       "[{\"name\": \"mkl\",\n\"threading\": \"tasks\"}]")),
      UnorderedElementsAre(
          "4 error: `memory` is a text, not an integer; ", "5 error: `gpus[0]` lacks `vendor`; ",
          "5 error: `gpus[0].count` is 0; it is at least 1; ",
          StartsWith("7 error: `blas[0].threading` is `tasks`, which is none of ")));
}

TEST(ValidateDocument, WarnsOfFieldsThatNothingReads) {
  EXPECT_THAT(
      problems_in(with("\"gpu\": [],\n\"libc\": {\"vresion\": \"2.36\"}")),
      UnorderedElementsAre("4 warning: `gpu` is no field that this program reads; did you mean "
                           "`gpus`?",
                           "5 warning: `libc.vresion` is no field that this program reads; did you "
                           "mean `version`?"));
  EXPECT_THAT(
      problems_in("{\"schema\": \"xaas.target/1\", \"architecture\": \"arm64\",\n"
                  "\"cpu\": {\"name\": \"generic\", \"featuers\": []}}"),
      UnorderedElementsAre("2 error: `cpu` lacks `features`; ",
                           "2 warning: `cpu.featuers` is no field that this program reads; did you "
                           "mean `features`?"));
}

TEST(ValidateDocument, LooksAtTheFeatures) {
  const auto found = problems_in(
      "{\"schema\": \"xaas.target/1\", \"architecture\": \"amd64\",\n\"cpu\": {\"name\": "
      "\"znver9\",\n\"level\": \"x86-64-v4\",\n\"features\": [\"avx51\",\n\"avx\"]}}");
  EXPECT_THAT(found, Contains(StartsWith("2 error: `cpu.name` is `znver9`")));
  EXPECT_THAT(found, Contains(StartsWith("3 warning: `cpu.level` is `x86-64-v4`, and")));
  EXPECT_THAT(found, Contains(StartsWith("4 error: `cpu.features` has `avx51`")));
  EXPECT_THAT(found, Contains(StartsWith("5 error: `cpu.features` has `avx` but not `sse4.2`")));
}

TEST(ValidateDocument, CannotCheckProcessorsOfOtherArchitectures) {
  EXPECT_THAT(
      problems_in("{\"schema\": \"xaas.target/1\",\n\"architecture\": \"sparc64\", "
                  "\"cpu\": {\"name\": \"niagara4\", \"features\": [\"vis3\"]}}"),
      UnorderedElementsAre(StartsWith("2 warning: processors of `sparc64` are not in our tables")));
}

TEST(ValidateDocument, SaysOneThingOfOtherDocuments) {
  EXPECT_THAT(problems_in(""),
              UnorderedElementsAre(HasSubstr("line 1, column 1: this is not JSON")));
  EXPECT_THAT(problems_in("\x7f"
                          "ELF\x02\x01"),
              UnorderedElementsAre(HasSubstr("this is not JSON")));
  EXPECT_THAT(problems_in("[]"), UnorderedElementsAre(HasSubstr("is a JSON object")));
  EXPECT_THAT(
      problems_in("{\n\"schema\": \"xaas.target/2\", \"cpu\": 1}"),
      UnorderedElementsAre(StartsWith("2 error: the target description has schema `xaas.target/2`, "
                                      "newer than")));
  EXPECT_THAT(problems_in("{\"schema\": \"xaas.ir/1\"}"),
              UnorderedElementsAre(HasSubstr("xaas.ir/1")));
  EXPECT_THAT(problems_in("{}"), Contains(HasSubstr("lacks `schema`")));
}

TEST(ValidateDocument, IsNotStoppedByHugeTexts) {
  EXPECT_THAT(problems_in(with("\"libc\": {\"version\": \"" + std::string(900'000, '1') + "\"}")),
              UnorderedElementsAre(HasSubstr("no text here has more than 4096")));
  std::string many = "\"mpi\": [1";
  for (int i = 0; i < 5000; ++i) many += ",1";
  EXPECT_EQ(problems_in(with(many + "]")).size(), 100U);
}

TEST(ValidateDocument, ChecksSiteProfilesToo) {
  EXPECT_THAT(problems_in("{\"schema\": \"xaas.site/1\", \"jobs\": 2}"), IsEmpty());
  EXPECT_THAT(
      problems_in("{\"schema\": \"xaas.site/1\",\n\"job\": 2, \"bind\": [\"here\"]}"),
      UnorderedElementsAre("2 warning: `job` is no field that this program reads; did you mean "
                           "`jobs`?",
                           StartsWith("2 error: `bind[0]` is `here`, which does not fit")));
  EXPECT_THAT(problems_in("{\"schema\": \"xaas.site/2\"}"),
              UnorderedElementsAre(HasSubstr("xaas.site/2")));
}

TEST(ValidateDocument, KnowsEveryWordOfItsSchemas) {
  const std::set<std::string> checked = {
      "type",  "enum",     "pattern",     "minLength", "minimum",    "maximum",
      "items", "minItems", "uniqueItems", "required",  "properties", "additionalProperties"};
  const std::set<std::string> for_people = {"$schema", "$id", "title", "description", "examples"};
  EXPECT_EQ(schemas().size(), 2U);
  for (const EmbeddedFile& file : schemas()) {
    std::set<std::string> words;
    collect_keywords(Json::parse(file.text), words);
    for (const std::string& word : words)
      EXPECT_TRUE(checked.contains(word) || for_people.contains(word)) << file.name << " " << word;
  }
}

}  // namespace xaas
