// SPDX-License-Identifier: Apache-2.0

// Differences between contents: two bytes that say how long the base is, the base, the difference.

#include "property.hpp"

#include "xaas/image/delta.hpp"

#include <algorithm>

namespace xaas::fuzzing {
namespace {

// What is larger would only take time.
constexpr std::uint64_t k_longest = std::uint64_t{1} << 24;

void expect_bounded(std::string_view base, std::string_view delta) {
  const std::uint64_t size = std::min(stated_size(delta), k_longest);
  const auto content = apply_delta(base, delta, size);
  if (!content) return expect_clear(content.error());
  expect(content->size() == size, "a content has the size that was asked for");
}

void expect_content_again(std::string_view base, std::string_view content) {
  const auto delta = make_delta(base, content);
  if (!delta) return report_broken("every content has a difference");
  const auto again = apply_delta(base, *delta, content.size());
  expect(again && *again == content, "a difference gives its content again");
}

}  // namespace
}  // namespace xaas::fuzzing

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace xaas;
  if (size < 2) return 0;
  const auto text = fuzzing::text_of(bytes + 2, size - 2);
  const std::size_t length = std::min<std::size_t>(bytes[0] + 256U * bytes[1], text.size());
  const auto base = text.substr(0, length);
  const auto delta = text.substr(length);
  fuzzing::expect_bounded(base, delta);
  fuzzing::expect_content_again(base, delta);
  return 0;
}
