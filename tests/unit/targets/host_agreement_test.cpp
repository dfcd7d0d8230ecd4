// SPDX-License-Identifier: Apache-2.0

// Our answers against those of others on the machine that runs the tests: clang's for the
// processor, the C library's own for its version.

#include "xaas/support/process.hpp"
#include "xaas/targets/target.hpp"

#include <gtest/gtest.h>

#include <gnu/libc-version.h>

#include <algorithm>
#include <set>
#include <string>

namespace xaas {
namespace {

std::string attribute_of(std::string_view ir, std::string_view name) {
  const auto start = "\"" + std::string(name) + "\"=\"";
  const auto at = ir.find(start);
  if (at == std::string_view::npos) return {};
  const auto begin = at + start.size();
  return std::string(ir.substr(begin, ir.find('"', begin) - begin));
}

std::set<std::string> features_with(std::string_view list, char sign) {
  std::set<std::string> features;
  while (!list.empty()) {
    const auto end = std::min(list.find(','), list.size());
    if (list.starts_with(sign)) features.emplace(list.substr(1, end - 1));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return features;
}

std::string native_ir() {
#ifdef __x86_64__
  const std::string native = "-march=native";
#else
  const std::string native = "-mcpu=native";
#endif
  const auto outcome =
      run({.argv = {XAAS_CLANG, native, "-S", "-emit-llvm", "-x", "c", "-", "-o", "-"},
           .input = "void f(void) {}\n"});
  EXPECT_TRUE(outcome.has_value() && outcome->succeeded());
  return outcome->output;
}

}  // namespace

TEST(DetectHost, AgreesWithClangOnThisMachine) {
  const auto host = detect_host().value();
  const auto ir = native_ir();
  const auto clangs = attribute_of(ir, "target-features");
  ASSERT_NE(clangs, "");
  EXPECT_EQ(attribute_of(ir, "target-cpu"), host.cpu.name);
  // A difference that detection itself explains (the kernel hides the feature) is no disagreement.
  const auto is_explained = [&](const std::string& feature) {
    return std::ranges::any_of(host.probe_errors, [&](const std::string& note) {
      return note.contains("`" + feature + "`");
    });
  };
  auto expected = features_with(clangs, '+');
  std::erase_if(expected, is_explained);
  EXPECT_EQ(host.cpu.features, expected);
  const auto denied = features_with(clangs, '-');
  for (const auto& entry : code_generation_features(host)) {
    if (!entry.starts_with('-')) continue;
    const std::string feature = entry.substr(1);
    EXPECT_TRUE(denied.contains(feature) || is_explained(feature)) << entry;
  }
}

TEST(DetectHost, KnowsTheCLibrary) {
  const std::string version = gnu_get_libc_version();
  EXPECT_EQ(detect_host().value().libc_version, version);
}

}  // namespace xaas
