// SPDX-License-Identifier: Apache-2.0

// Target descriptions, which people edit by hand.

#include "property.hpp"

#include "xaas/targets/target.hpp"

#include <algorithm>

namespace xaas::fuzzing {
namespace {

void expect_usable(const Target& target) {
  const auto& cpu = target.cpu;
  const bool is_known = target.architecture == "amd64" || target.architecture == "arm64";
  if (is_known) {
    expect(cpu.level == level_of(target.architecture, cpu.features),
           "a file cannot claim a level that its features do not reach");
    expect(with_implied_features(target.architecture, cpu.features) == cpu.features,
           "the features are whole");
  }
  const auto features = code_generation_features(target);
  expect(std::ranges::is_sorted(features), "what is handed to LLVM has one order");
  for (const std::string& entry : features)
    expect(cpu.features.contains(entry.substr(1)) == entry.starts_with('+'),
           "LLVM is told what the target has and what it has not");
}

}  // namespace
}  // namespace xaas::fuzzing

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace xaas;
  const auto text = fuzzing::text_of(bytes, size);
  const auto target = fuzzing::expect_round_trip(text, &parse_target, &print_target);
  if (target) fuzzing::expect_usable(*target);
  return 0;
}
