// SPDX-License-Identifier: Apache-2.0
#include "kernel_files.hpp"

#include "xaas/support/text.hpp"

#include <llvm/Support/ConvertUTF.h>
#include <llvm/Support/Endian.h>

#include <algorithm>
#include <charconv>

namespace xaas {
namespace {

constexpr std::size_t k_longest_line = 256;
constexpr std::uint64_t k_largest_size = std::uint64_t{1} << 56;
// Linux is built for 8192 at most (CONFIG_NR_CPUS, MAXSMP).
constexpr unsigned k_most_numbers = 1U << 16;

bool is_legal_utf8(std::string_view text) {
  const auto* at = reinterpret_cast<const llvm::UTF8*>(text.data());
  return llvm::isLegalUTF8String(&at, at + text.size());
}

/// "3" or "0-3".
bool add_range(std::string_view range, std::vector<unsigned>& numbers) {
  const auto first = take_number(range);
  if (!first) return false;
  auto last = first;
  if (range.starts_with('-')) {
    range.remove_prefix(1);
    last = take_number(range);
  }
  if (!last || !range.empty() || *last < *first || *last >= k_most_numbers) return false;
  for (auto number = *first; number <= *last; ++number)
    numbers.push_back(static_cast<unsigned>(number));
  return numbers.size() <= k_most_numbers;
}

}  // namespace

std::string readable(std::string_view text) {
  text = trimmed(text);
  const bool has_control = std::ranges::any_of(
      text, [](char letter) { return static_cast<unsigned char>(letter) < ' ' || letter == 0x7f; });
  if (has_control || text.size() > k_longest_line || !is_legal_utf8(text)) return {};
  return std::string(text);
}

std::string line_in(const HostProbe& probe, const std::string& path) {
  const auto text = probe.read(path);
  return text ? readable(first_line(*text)) : std::string();
}

std::vector<std::string> names_in(const HostProbe& probe, const std::string& folder) {
  return probe.list(folder).value_or(std::vector<std::string>());
}

std::optional<std::uint64_t> take_number(std::string_view& text, int base) {
  std::uint64_t number = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (end.ec != std::errc{}) return {};
  text.remove_prefix(static_cast<std::size_t>(end.ptr - text.data()));
  return number;
}

std::optional<std::uint64_t> parse_number(std::string_view text, int base) {
  text = trimmed(text);
  if (base == 16 && text.starts_with("0x")) text.remove_prefix(2);
  const auto number = take_number(text, base);
  return text.empty() ? number : std::nullopt;
}

std::optional<std::uint64_t> parse_byte_count(std::string_view text) {
  constexpr std::string_view k_units = "KMGT";
  text = trimmed(text);
  const auto number = take_number(text);
  if (!number) return {};
  text = trimmed(text);
  unsigned shift = 0;
  if (!text.empty()) {
    const char letter = text.front() == 'k' ? 'K' : text.front();
    const auto unit = k_units.find(letter);
    const auto rest = text.substr(1);
    if (unit == std::string_view::npos || (!rest.empty() && rest != "B")) return {};
    shift = 10 * (static_cast<unsigned>(unit) + 1);
  }
  if (*number > k_largest_size >> shift) return {};
  return *number << shift;
}

std::optional<Field> parse_field(std::string_view line) {
  const auto colon = line.find(':');
  if (colon == line.npos) return {};
  return Field{.key = trimmed(line.substr(0, colon)), .value = trimmed(line.substr(colon + 1))};
}

std::optional<std::string_view> value_of(std::string_view text, std::string_view key) {
  while (!text.empty()) {
    const auto field = parse_field(take_line(text));
    if (field && field->key == key) return field->value;
  }
  return {};
}

std::optional<std::vector<unsigned>> parse_number_list(std::string_view text) {
  std::vector<unsigned> numbers;
  text = trimmed(text);
  while (!text.empty()) {
    const auto end = std::min(text.find(','), text.size());
    if (!add_range(text.substr(0, end), numbers)) return {};
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  if (numbers.empty()) return {};
  std::ranges::sort(numbers);
  const auto repeated = std::ranges::unique(numbers);
  numbers.erase(repeated.begin(), repeated.end());
  return numbers;
}

std::optional<std::uint64_t> auxiliary_value(const HostProbe& probe, std::uint64_t key) {
  constexpr std::size_t k_word = sizeof(std::uint64_t);
  const auto words = probe.read("/proc/self/auxv");
  if (!words) return {};
  for (std::size_t at = 0; at + 2 * k_word <= words->size(); at += 2 * k_word) {
    if (llvm::support::endian::read64le(words->data() + at) == key)
      return llvm::support::endian::read64le(words->data() + at + k_word);
  }
  return {};
}

}  // namespace xaas
