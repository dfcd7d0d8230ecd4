// SPDX-License-Identifier: Apache-2.0
#include "gpu_models.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <span>
#include <system_error>

namespace xaas {
namespace {

struct DeviceRange {
  std::uint32_t first;
  std::uint32_t last;
  std::string_view architecture;
};

// NOLINTBEGIN(modernize-use-designated-initializers): tables
// Chips have blocks of numbers of their own. The first range that fits counts.
constexpr auto k_nvidia = std::to_array<DeviceRange>({
    {0x15f0, 0x15ff, "sm_60"},   // GP100: P100
    {0x1720, 0x172f, "sm_60"},   //
    {0x1b00, 0x1d7f, "sm_61"},   // GP102 to GP108: P40, P4
    {0x1d80, 0x1dff, "sm_70"},   // GV100: V100
    {0x1e00, 0x1fff, "sm_75"},   // TU102 to TU117: T4
    {0x2080, 0x20ff, "sm_80"},   // GA100: A100, A30
    {0x2180, 0x21ff, "sm_75"},   // TU116
    {0x22ba, 0x22ba, "sm_89"},   // AD102 among GA102
    {0x2200, 0x22ff, "sm_86"},   // GA102: A40, A10
    {0x2300, 0x23ff, "sm_90"},   // GH100: H100, H200, GH200
    {0x2400, 0x25ff, "sm_86"},   // GA103 to GA107: A2, A16
    {0x2600, 0x28ff, "sm_89"},   // AD102 to AD107: L40, L4
    {0x2901, 0x2901, "sm_100"},  // GB100: B200
    {0x2941, 0x2941, "sm_100"},  // GB100: GB200
});
constexpr auto k_amd = std::to_array<DeviceRange>({
    {0x6860, 0x686f, "gfx900"},  // Vega 10: MI25
    {0x66a0, 0x66af, "gfx906"},  // Vega 20: MI50, MI60
    {0x7388, 0x738f, "gfx908"},  // Arcturus: MI100
    {0x7408, 0x740f, "gfx90a"},  // Aldebaran: MI210, MI250, MI250X
    {0x74a0, 0x74bf, "gfx942"},  // Aqua Vanjaram: MI300A, MI300X, MI325X
});
constexpr auto k_intel = std::to_array<DeviceRange>({
    {0x0bd0, 0x0bdb, "pvc"},      // Ponte Vecchio: Data Center GPU Max
    {0x56c0, 0x56c0, "acm_g10"},  // Data Center GPU Flex 170
    {0x56c1, 0x56c1, "acm_g11"},  // Data Center GPU Flex 140
});

// NOLINTEND(modernize-use-designated-initializers)

std::span<const DeviceRange> ranges_of(std::string_view vendor) {
  if (vendor == "nvidia") return k_nvidia;
  if (vendor == "amd") return k_amd;
  if (vendor == "intel") return k_intel;
  return {};
}

}  // namespace

std::string gpu_vendor_of_pci(std::uint32_t vendor) {
  switch (vendor) {
    case 0x10de:
      return "nvidia";
    case 0x1002:
      return "amd";
    case 0x8086:
      return "intel";
    default:
      return {};
  }
}

std::string gpu_architecture_of_pci(std::string_view vendor, std::uint32_t device) {
  const auto ranges = ranges_of(vendor);
  const auto found = std::ranges::find_if(ranges, [&](const DeviceRange& range) {
    return range.first <= device && device <= range.last;
  });
  return found == ranges.end() ? std::string() : std::string(found->architecture);
}

std::string gpu_architecture_of_kfd(std::uint64_t gfx_target_version) {
  if (gfx_target_version == 0) return {};
  const auto major = gfx_target_version / 10000;
  return fmt::format("gfx{}{:x}{:x}", major, gfx_target_version / 100 % 100,
                     gfx_target_version % 100);
}

std::string gpu_architecture_of_capability(std::string_view capability) {
  const char* const end = std::to_address(capability.end());
  unsigned major = 0;
  unsigned minor = 0;
  const auto first = std::from_chars(std::to_address(capability.begin()), end, major);
  if (first.ec != std::errc{} || first.ptr == end || *first.ptr != '.') return {};
  const auto second = std::from_chars(first.ptr + 1, end, minor);
  if (second.ec != std::errc{} || second.ptr != end) return {};
  return fmt::format("sm_{}{}", major, minor);
}

}  // namespace xaas
