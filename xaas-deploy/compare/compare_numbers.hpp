// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/result.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace xaas {

/// What the numbers in two texts differ by, taken in order. Decimal and hexadecimal floating point,
/// Fortran's exponents (1.0D-3), integers, nan and inf are numbers; digits inside of words are
/// none.
struct NumberDifferences {
  struct Pair {
    std::string a;  // as they were written
    std::string b;
    std::size_t line = 0;  // in A, from 1
  };

  std::size_t numbers = 0;  // in each
  std::size_t differing = 0;
  /// |a - b| / max(|a|, |b|); infinite where only one is a NaN or infinite.
  double greatest_relative = 0;
  /// Doubles between the two, plus one; the most of all where one is a NaN.
  std::uint64_t greatest_ulp = 0;
  Pair worst;  // by relative difference; empty when nothing differs
};

/// `mismatch` when one has more numbers, or none has any.
Result<NumberDifferences> compare_numbers(std::string_view a, std::string_view b);

struct NumberBounds {
  std::optional<std::uint64_t> ulp;
  std::optional<double> relative;
};

/// `mismatch`, exit code 6, when some difference is beyond a bound.
Status check_bounds(const NumberDifferences& differences, const NumberBounds& bounds);

/// For people; `xaas.number-differences/1`.
std::string print_number_differences(const NumberDifferences& differences);
std::string print_number_differences_json(const NumberDifferences& differences);

}  // namespace xaas
