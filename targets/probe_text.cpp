// SPDX-License-Identifier: Apache-2.0
#include "probe_text.hpp"

#include "kernel_flags.hpp"

#include <algorithm>
#include <charconv>
#include <memory>
#include <system_error>

namespace xaas {

std::optional<std::uint64_t> number_in(std::string_view text, int base) {
  text = trimmed(text);
  if (base == 16 && text.starts_with("0x")) text.remove_prefix(2);
  std::uint64_t number = 0;
  const char* const end = std::to_address(text.end());
  const auto read = std::from_chars(std::to_address(text.begin()), end, number, base);
  if (text.empty() || read.ec != std::errc{} || read.ptr != end) return {};
  return number;
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::string text_of(const HostProbe& probe, const std::string& path) {
  const auto text = probe.read(path);
  return text ? std::string(trimmed(*text)) : std::string();
}

std::vector<std::string> names_in(const HostProbe& probe, const std::string& folder) {
  auto names = probe.list(folder);
  return names ? *std::move(names) : std::vector<std::string>();
}

}  // namespace xaas
