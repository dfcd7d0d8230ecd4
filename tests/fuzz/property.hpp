// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/error.hpp"
#include "xaas/support/result.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// A fuzzer is a function of bytes that states properties of the code under test. libFuzzer calls it
// with made-up bytes; the unit tests call the same function with each file of its corpus.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size);

namespace xaas::fuzzing {

/// Called when a property does not hold. libFuzzer's program stops, the unit test fails.
void report_broken(std::string_view property);

inline void expect(bool holds, std::string_view property) {
  if (!holds) report_broken(property);
}

inline std::string_view text_of(const std::uint8_t* bytes, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

/// What is refused is refused as the user's problem, by a name that the documentation explains.
inline void expect_clear(const Error& error) {
  expect(error.kind() != ErrorKind::internal, "bad input is no bug of ours: " + error.message());
  expect(!error.message().empty(), "an error says what was seen");
  expect(!error.code().empty(), "an error has a code: " + error.message());
}

/// What is accepted is printed so that the same value is read again. The value, for further
/// properties; empty when the text is refused.
template <class Value>
std::optional<Value> expect_round_trip(std::string_view text,
                                       Result<Value> (*parse)(std::string_view),
                                       std::string (*print)(const Value&)) {
  auto value = parse(text);
  if (!value) {
    expect_clear(value.error());
    return std::nullopt;
  }
  const std::string printed = print(*value);
  const auto again = parse(printed);
  if (!again) {
    report_broken("what was printed is refused: " + again.error().message());
  } else if (*again != *value) {
    report_broken("what was printed reads as another value: " + printed);
  }
  return std::move(*value);
}

}  // namespace xaas::fuzzing
