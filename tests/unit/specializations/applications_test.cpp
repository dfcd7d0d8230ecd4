// SPDX-License-Identifier: Apache-2.0

// The files that are shipped are right by the schema, and say something by the parser.

#include "documents.hpp"

#include "xaas/specializations/specialization.hpp"
#include "xaas/support/files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

namespace xaas {
namespace {

namespace fs = std::filesystem;
using ::testing::IsEmpty;

const fs::path k_root = XAAS_SOURCE_DIR;
constexpr const char* k_schema = "xaas.specialization.schema.json";

std::vector<fs::path> shipped_files() {
  std::vector<fs::path> files;
  for (const fs::path folder : {"specializations/applications", "examples"}) {
    const auto below = list_tree(k_root / folder);
    if (!below) continue;
    for (const fs::path& file : *below)
      if (folder != "examples" || file.filename() == "xaas.json") files.push_back(folder / file);
  }
  return files;
}

class ShippedFile : public ::testing::TestWithParam<fs::path> {};

TEST_P(ShippedFile, HasConfigurations) {
  const auto text = read_file(k_root / GetParam());
  ASSERT_TRUE(text);
  const auto parsed = parse_specialization(*text, GetParam().string());
  ASSERT_TRUE(parsed) << parsed.error().message() << " " << parsed.error().help();
  EXPECT_NE(parsed->application, "");
  const auto configurations = configurations_of(*parsed, {}, 100'000);
  ASSERT_TRUE(configurations) << configurations.error().message();
  EXPECT_GE(configurations->size(), 2U);
  EXPECT_THAT(unreachable_values(*parsed, {}), IsEmpty());
}

TEST_P(ShippedFile, ConformsToTheSchema) {
  const auto complaint = testing::schema_complaint(*read_file(k_root / GetParam()), k_schema);
  if (complaint == "skip") GTEST_SKIP() << "python3-jsonschema is not installed";
  EXPECT_EQ(complaint, "");
}

std::string test_name(const ::testing::TestParamInfo<fs::path>& info) {
  std::string name;
  for (const char c : info.param.string())
    name += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  return name;
}

INSTANTIATE_TEST_SUITE_P(, ShippedFile, ::testing::ValuesIn(shipped_files()), test_name);

TEST(SpecializationSchema, IsMetByTheExampleInTheDescription) {
  const std::string text = testing::example_in_description("xaas.specialization/1");
  const auto parsed = parse_specialization(text, "README.md");
  ASSERT_TRUE(parsed) << parsed.error().message();
  const auto complaint = testing::schema_complaint(text, k_schema);
  if (complaint == "skip") GTEST_SKIP() << "python3-jsonschema is not installed";
  EXPECT_EQ(complaint, "");
}

TEST(SpecializationSchema, RefusesWhatTheParserRefuses) {
  if (testing::schema_complaint("{}", k_schema) == "skip")
    GTEST_SKIP() << "python3-jsonschema is not installed";
  const auto with_value = [](const std::string& fields) {
    return R"({"schema": "xaas.specialization/1", "points": [{"name": "p", "values": [{"name": "v")" +
           fields + "}]}]}";
  };
  EXPECT_EQ(testing::schema_complaint(with_value(""), k_schema), "");
  for (const std::string fields :
       {R"(, "prefers": 1)", R"(, "prefer": -1)", R"(, "build": {"cmake": "-DX"})",
        R"(, "requires": {"mpi": "lam"})", R"(, "requires": {"gpu": {}})",
        R"(, "requires": {"gpu": {"backend": "cuda", "architectures": ["sm90"]}})",
        R"(, "demands": {"q": []})", R"(, "demands": {"q": 1})",
        R"(, "build": {"env": {"XAAS_X": ""}})", R"(, "requires": {"libraries": [{}]})"}) {
    EXPECT_NE(testing::schema_complaint(with_value(fields), k_schema), "") << fields;
    EXPECT_FALSE(parse_specialization(with_value(fields), "x")) << fields;
  }
}

}  // namespace
}  // namespace xaas
