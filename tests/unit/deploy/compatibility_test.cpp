// SPDX-License-Identifier: Apache-2.0
#include "specialize/compatibility.hpp"

#include "xaas/support/json.hpp"
#include "xaas/targets/run_time_checks.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <set>
#include <string>

namespace xaas {
namespace {

Json rules_for(const std::string& cpu, const std::set<std::string>& backends = {}) {
  const auto text = print_compatibility(target_of_cpu(cpu).value(), backends);
  return parse_json(text).value()["compatibilities"][0]["rules"];
}

std::set<std::string> cpuid_of(const std::string& cpu) {
  std::set<std::string> names;
  for (const auto& item : rules_for(cpu)[0]["matchFeatures"][0]["matchExpressions"].items())
    names.insert(item.key());
  return names;
}

}  // namespace

TEST(Compatibility, AsksForTheProcessorsFeaturesByNfdsNames) {
  EXPECT_EQ(cpuid_of("x86-64-v2"),
            (std::set<std::string>{"CX16", "LAHF", "POPCNT", "SSE3", "SSE4", "SSE42", "SSSE3"}));
  EXPECT_EQ(cpuid_of("armv8.2-a"),
            (std::set<std::string>{"ASIMD", "ASIMDRDM", "ATOMICS", "CRC32", "FP"}));
  EXPECT_TRUE(cpuid_of("znver4").contains("AVX512BF16"));
  EXPECT_TRUE(cpuid_of("neoverse-v2").contains("SVE2"));
}

TEST(Compatibility, AsksNothingForWhatRunsEverywhere) {
  EXPECT_TRUE(rules_for("x86-64").empty());
}

TEST(Compatibility, AsksForTheGpusVendor) {
  const Json rules = rules_for("x86-64", {"cuda"});
  ASSERT_EQ(rules.size(), 1);
  const Json& asked = rules[0]["matchFeatures"][0]["matchExpressions"];
  EXPECT_EQ(asked["vendor"]["value"], Json::array({"10de"}));
  EXPECT_TRUE(rules_for("x86-64", {"opencl"}).empty()) << "any vendor may have it";
}

// A feature that is added to the checks shall not be forgotten here unseen.
TEST(Compatibility, HasNoNameForTheseFeaturesAlone) {
  std::set<std::string> unnamed;
  for (const char* architecture : {"amd64", "arm64"}) {
    Target target{.architecture = architecture};
    for (const std::string& feature : known_features(architecture)) {
      target.cpu.features = {feature};
      const bool is_checked = !run_time_checks(target).checks.empty();
      const auto text = print_compatibility(target, {});
      if (is_checked && !text.contains("Exists")) unnamed.insert(feature);
    }
  }
  EXPECT_EQ(unnamed,
            (std::set<std::string>{"avx10.1", "avx10.2", "avxvnniint16", "ccmp", "cf", "cssc",
                                   "egpr", "faminmax", "lse128", "mops", "ndd", "nf", "ppx",
                                   "push2pop2", "raoint", "rcpc3", "sve2p1", "zu"}));
}

}  // namespace xaas
