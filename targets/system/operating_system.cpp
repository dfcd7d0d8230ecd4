// SPDX-License-Identifier: Apache-2.0
#include "operating_system.hpp"

#include "file_systems.hpp"
#include "kernel_files.hpp"

#include "xaas/support/text.hpp"

#include <fmt/format.h>

#include <array>
#include <bit>
#include <optional>
#include <utility>

namespace xaas {
namespace {

constexpr const char* k_meminfo = "/proc/meminfo";
constexpr const char* k_most_namespaces = "/proc/sys/user/max_user_namespaces";
constexpr const char* k_release = "/proc/sys/kernel/osrelease";

void describe_memory(const HostProbe& probe, Target& target) {
  const auto text = probe.read(k_meminfo);
  if (!text) return;
  const auto value = value_of(*text, "MemTotal");
  const auto size = value ? parse_byte_count(*value) : std::nullopt;
  if (!size || *size == 0) {
    target.probe_errors.push_back(
        fmt::format("{} does not tell how much memory there is", k_meminfo));
    return;
  }
  target.memory = *size;
  target.origins["memory"] = k_meminfo;
}

void describe_kernel(const HostProbe& probe, Target& target) {
  target.system.kernel = line_in(probe, k_release);
  if (!target.system.kernel.empty()) target.origins["system.kernel"] = k_release;
}

/// The value of a shell assignment: in quotes, or not (os-release(5)).
std::string unquoted(std::string_view value) {
  if (value.size() < 2 || (value.front() != '"' && value.front() != '\'') ||
      value.back() != value.front())
    return std::string(value);
  const bool has_escapes = value.front() == '"';
  value = value.substr(1, value.size() - 2);
  std::string text;
  for (std::size_t at = 0; at < value.size(); ++at) {
    if (has_escapes && value[at] == '\\' && at + 1 < value.size()) ++at;
    text += value[at];
  }
  return text;
}

std::string pretty_name_in(std::string_view text) {
  constexpr std::string_view k_key = "PRETTY_NAME=";
  while (!text.empty()) {
    const auto line = take_line(text);
    if (line.starts_with(k_key)) return readable(unquoted(readable(line.substr(k_key.size()))));
  }
  return {};
}

void describe_distribution(const HostProbe& probe, Target& target) {
  for (const auto* path : {"/etc/os-release", "/usr/lib/os-release"}) {
    const auto text = probe.read(path);
    if (!text) continue;
    target.system.distribution = pretty_name_in(*text);
    if (target.system.distribution.empty()) continue;
    target.origins["system.distribution"] = path;
    return;
  }
}

void describe_page_size(const HostProbe& probe, Target& target) {
  constexpr std::uint64_t k_page_size = 6;  // AT_PAGESZ
  constexpr std::uint64_t k_only_size = 4096;
  constexpr std::uint64_t k_largest = std::uint64_t{1} << 20;
  const auto told = auxiliary_value(probe, k_page_size).value_or(0);
  if (told >= k_only_size && told <= k_largest && std::has_single_bit(told)) {
    target.system.page_size = told;
    target.origins["system.page_size"] = "/proc/self/auxv";
  } else if (target.architecture == "amd64" || target.architecture == "riscv64") {
    target.system.page_size = k_only_size;
    target.origins["system.page_size"] = "architecture";
  }
}

/// A switch of the kernel that keeps users from making namespaces when it has that value.
struct NamespaceSwitch {
  const char* path;
  std::uint64_t off;
};
// NOLINTBEGIN(modernize-use-designated-initializers): a table
// Linux's own, Debian's, and Ubuntu's since 23.10: there the namespace is made, without the rights
// that mounting needs.
constexpr auto k_namespace_switches = std::to_array<NamespaceSwitch>({
    {k_most_namespaces, 0},
    {"/proc/sys/kernel/unprivileged_userns_clone", 0},
    {"/proc/sys/kernel/apparmor_restrict_unprivileged_userns", 1},
});
// NOLINTEND(modernize-use-designated-initializers)

void describe_user_namespaces(const HostProbe& probe, Target& target) {
  const auto decide = [&](bool allowed, const char* path) {
    target.system.user_namespaces = allowed;
    target.origins["system.user_namespaces"] = path;
  };
  for (const NamespaceSwitch& entry : k_namespace_switches)
    if (parse_number(line_in(probe, entry.path)) == entry.off) return decide(false, entry.path);
  // A kernel without namespaces has no limit of them either.
  if (parse_number(line_in(probe, k_most_namespaces))) decide(true, k_most_namespaces);
}

}  // namespace

void describe_system(const HostProbe& probe, Target& target) {
  describe_memory(probe, target);
  describe_kernel(probe, target);
  describe_distribution(probe, target);
  describe_page_size(probe, target);
  describe_user_namespaces(probe, target);
  describe_file_systems(probe, target);
}

}  // namespace xaas
