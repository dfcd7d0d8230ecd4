// SPDX-License-Identifier: Apache-2.0

// Runs one fuzzer's function on every file of its corpus: its seeds, and each input that once broke
// something.

#include "property.hpp"

#include "xaas/support/files.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

namespace xaas::fuzzing {

void report_broken(std::string_view property) {
  ADD_FAILURE() << "broken property: " << property;
}

namespace {

std::vector<std::string> corpus() {
  std::vector<std::string> names;
  if (const auto files = list_tree(XAAS_CORPUS))
    for (const auto& file : *files) names.push_back(file.string());
  return names;
}

std::string test_name(const ::testing::TestParamInfo<std::string>& info) {
  std::string name;
  for (const char c : info.param) name += std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
  return name;
}

class CorpusFile : public ::testing::TestWithParam<std::string> {};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(CorpusFile);

TEST(Corpus, IsNotEmpty) {
  EXPECT_GE(corpus().size(), 3U) << XAAS_CORPUS;
}

TEST_P(CorpusFile, BreaksNoProperty) {
  const auto bytes = read_file(std::filesystem::path(XAAS_CORPUS) / GetParam());
  ASSERT_TRUE(bytes);
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes->data()), bytes->size());
}

INSTANTIATE_TEST_SUITE_P(, CorpusFile, ::testing::ValuesIn(corpus()), test_name);

}  // namespace
}  // namespace xaas::fuzzing
