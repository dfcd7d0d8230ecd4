// SPDX-License-Identifier: Apache-2.0
#include "compare/compare_numbers.hpp"

#include "xaas/support/diagnostics.hpp"
#include "xaas/support/json.hpp"
#include "xaas/support/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <bit>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <vector>

namespace xaas {
namespace {

struct Number {
  double value = 0;
  std::string_view text;
  std::size_t line = 1;
};

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

/// One number at the start of `text`; its length, 0 when there is none.
std::size_t parse_number(std::string_view text, double& value) {
  const std::size_t sign = text.starts_with('+') || text.starts_with('-') ? 1 : 0;
  constexpr std::size_t k_longest = 512;
  std::string plain(text.substr(sign, k_longest));
  if (plain.starts_with('+') || plain.starts_with('-')) return 0;
  const bool hex = plain.starts_with("0x") || plain.starts_with("0X");
  const std::size_t skipped = hex ? 2 : 0;
  if (!hex) {  // Fortran's double precision: 1.0D-03
    const std::size_t exponent = plain.find_first_not_of("0123456789.");
    if (exponent != std::string::npos && exponent > 0 &&
        (plain[exponent] == 'D' || plain[exponent] == 'd'))
      plain[exponent] = 'e';
  }
  const char* const begin = plain.data() + skipped;
  const auto format = hex ? std::chars_format::hex : std::chars_format::general;
  const auto [end, error] = std::from_chars(begin, plain.data() + plain.size(), value, format);
  if (end == begin || error == std::errc::invalid_argument) return 0;
  const auto length = static_cast<std::size_t>(end - plain.data());
  if (error == std::errc::result_out_of_range)  // from_chars leaves the value alone
    value = std::strtod(plain.substr(0, length).c_str(), nullptr);
  const bool in_letters = std::isalpha(static_cast<unsigned char>(*begin)) != 0 && !hex;
  if (in_letters && sign + length < text.size() && is_word(text[sign + length])) return 0;
  if (sign == 1 && text[0] == '-') value = -value;
  return sign + length;
}

bool may_start_number(std::string_view text, std::size_t at) {
  if (at > 0 && (is_word(text[at - 1]) || text[at - 1] == '.')) return false;
  const char c = text[at];
  return is_digit(c) || c == '.' || c == '+' || c == '-' || c == 'n' || c == 'N' || c == 'i' ||
         c == 'I';
}

std::vector<Number> numbers_in(std::string_view text) {
  std::vector<Number> numbers;
  std::size_t line = 1;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == '\n') ++line;
    Number number{.line = line};
    const std::size_t length =
        may_start_number(text, at) ? parse_number(text.substr(at), number.value) : 0;
    if (length > 0) {
      number.text = text.substr(at, length);
      numbers.push_back(number);
    }
    at += std::max(length, std::size_t{1});
  }
  return numbers;
}

double relative_difference(double a, double b) {
  if (a == b || (std::isnan(a) && std::isnan(b))) return 0;
  const double difference = std::abs(a - b) / std::max(std::abs(a), std::abs(b));
  return std::isfinite(a) && std::isfinite(b) ? difference
                                              : std::numeric_limits<double>::infinity();
}

/// Doubles in their order as integers in theirs; both zeros are 0.
std::int64_t place_of(double value) {
  const auto bits = std::bit_cast<std::int64_t>(value);
  return bits >= 0 ? bits : std::numeric_limits<std::int64_t>::min() - bits;
}

std::uint64_t ulp_difference(double a, double b) {
  if (std::isnan(a) || std::isnan(b))
    return std::isnan(a) && std::isnan(b) ? 0 : std::numeric_limits<std::uint64_t>::max();
  const std::int64_t first = place_of(std::min(a, b));
  const std::int64_t last = place_of(std::max(a, b));
  return static_cast<std::uint64_t>(last) - static_cast<std::uint64_t>(first);
}

bool same_bits(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b) ||
         (std::isnan(a) && std::isnan(b));
}

void add(NumberDifferences& differences, const Number& a, const Number& b) {
  if (same_bits(a.value, b.value)) return;
  const double relative = relative_difference(a.value, b.value);
  if (differences.differing == 0 || relative > differences.greatest_relative)
    differences.worst = {.a = std::string(a.text), .b = std::string(b.text), .line = a.line};
  ++differences.differing;
  differences.greatest_relative = std::max(differences.greatest_relative, relative);
  differences.greatest_ulp = std::max(differences.greatest_ulp, ulp_difference(a.value, b.value));
}

Error beyond(const NumberDifferences& differences, std::string_view what, const std::string& seen,
             const std::string& allowed) {
  return fail(ErrorKind::mismatch,
              "the numbers differ by up to {} {}; {} was allowed (line {}: {} and {})", seen, what,
              allowed, differences.worst.line, differences.worst.a, differences.worst.b)
      .with_code("compare.numbers")
      .with_exit_code(k_exit_numbers_differ);
}

}  // namespace

Result<NumberDifferences> compare_numbers(std::string_view a, std::string_view b) {
  const std::vector<Number> left = numbers_in(a);
  const std::vector<Number> right = numbers_in(b);
  if (left.size() != right.size() || left.empty()) {
    return fail(ErrorKind::mismatch, "A has {} numbers and B has {}", left.size(), right.size())
        .with_code("compare.numbers")
        .with_exit_code(k_exit_numbers_differ)
        .with_help(
            "times and rates among the results? let the program write these to a file, and "
            "name that");
  }
  NumberDifferences differences{.numbers = left.size()};
  for (std::size_t i = 0; i < left.size(); ++i) add(differences, left[i], right[i]);
  return differences;
}

Status check_bounds(const NumberDifferences& differences, const NumberBounds& bounds) {
  if (bounds.ulp && differences.greatest_ulp > *bounds.ulp) {
    return beyond(differences, "ulp", fmt::format("{}", differences.greatest_ulp),
                  fmt::format("{}", *bounds.ulp));
  }
  if (bounds.relative && differences.greatest_relative > *bounds.relative) {
    return beyond(differences, "relative to the larger",
                  fmt::format("{:.3g}", differences.greatest_relative),
                  fmt::format("{:.3g}", *bounds.relative));
  }
  return {};
}

std::string print_number_differences(const NumberDifferences& differences) {
  if (differences.differing == 0)
    return fmt::format("{} numbers, all bitwise equal\n", differences.numbers);
  return fmt::format(
      "{} of {} numbers differ, by up to {:.3g} relative to the larger, {} ulp (of a double)\n"
      "  in line {}: {} and {}\n",
      differences.differing, differences.numbers, differences.greatest_relative,
      differences.greatest_ulp, differences.worst.line, differences.worst.a, differences.worst.b);
}

std::string print_number_differences_json(const NumberDifferences& differences) {
  Json json;
  json["schema"] = "xaas.number-differences/1";
  json["numbers"] = differences.numbers;
  json["differing"] = differences.differing;
  json["bitwise_equal"] = differences.differing == 0;
  // JSON has no infinity.
  json["greatest_relative"] = std::isfinite(differences.greatest_relative)
                                  ? Json(differences.greatest_relative)
                                  : Json(nullptr);
  json["greatest_ulp"] = differences.greatest_ulp;
  if (differences.differing > 0) {
    json["worst"] = {
        {"line", differences.worst.line}, {"a", differences.worst.a}, {"b", differences.worst.b}};
  }
  return print_json(json);
}

}  // namespace xaas
