// SPDX-License-Identifier: Apache-2.0
#include "gpu_models.hpp"

#include <llvm/ADT/SmallVector.h>
#include <llvm/ADT/StringRef.h>
#include <llvm/TargetParser/TargetParser.h>

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
    {0x1020, 0x102c, "sm_35"},   // GK110: K20X, K40
    {0x102d, 0x102d, "sm_37"},   // GK210: K80
    {0x13f2, 0x13f2, "sm_52"},   // GM204: M60
    {0x15f0, 0x15ff, "sm_60"},   // GP100: P100
    {0x1720, 0x172f, "sm_60"},   //
    {0x17fd, 0x17fd, "sm_52"},   // GM200: M40
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
    {0x2900, 0x297f, "sm_100"},  // GB100: B200, GB200
    {0x29bc, 0x29bc, "sm_100"},  // GB102: B100
    {0x2b80, 0x2dff, "sm_120"},  // GB202, GB203, GB206, GB207: RTX PRO 6000 to 2000
    {0x2e00, 0x2e7f, "sm_121"},  // GB10: DGX Spark
    {0x2f00, 0x2f7f, "sm_120"},  // GB205
    {0x3180, 0x31ff, "sm_103"},  // GB110: B300, GB300
});
constexpr auto k_amd = std::to_array<DeviceRange>({
    {0x66a0, 0x66af, "gfx906"},   // Vega 20: MI50, MI60
    {0x6860, 0x686f, "gfx900"},   // Vega 10: MI25
    {0x7388, 0x738f, "gfx908"},   // Arcturus: MI100
    {0x73a0, 0x73bf, "gfx1030"},  // Navi 21: V620, W6800
    {0x7408, 0x740f, "gfx90a"},   // Aldebaran: MI210, MI250, MI250X
    {0x7440, 0x745f, "gfx1100"},  // Navi 31: W7800, W7900
    {0x74a0, 0x74bf, "gfx942"},   // Aqua Vanjaram: MI300A, MI300X, MI325X
    {0x7550, 0x755f, "gfx1201"},  // Navi 48: R9700
    {0x75a0, 0x75bf, "gfx950"},   // MI350X, MI355X
});
constexpr auto k_intel = std::to_array<DeviceRange>({
    {0x0b69, 0x0b6e, "pvc"},      // Ponte Vecchio
    {0x0bd0, 0x0bdb, "pvc"},      // Ponte Vecchio: Data Center GPU Max 1100, 1550
    {0x56a0, 0x56a2, "acm_g10"},  // Arc A770, A750, A580
    {0x56a5, 0x56a6, "acm_g11"},  // Arc A380, A310
    {0x56b0, 0x56b1, "acm_g11"},  // Arc Pro A30M, A40
    {0x56c0, 0x56c0, "acm_g10"},  // Data Center GPU Flex 170
    {0x56c1, 0x56c1, "acm_g11"},  // Data Center GPU Flex 140
    {0xe200, 0xe21f, "bmg_g21"},  // Arc B580, B570, Arc Pro B50, B60
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

const std::vector<std::string>& gpu_architectures() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const unsigned version : {35, 37, 50, 52, 53, 60,  61,  62,  70,  72,  75, 80,
                                   86, 87, 88, 89, 90, 100, 101, 103, 110, 120, 121})
      all.push_back(fmt::format("sm_{}", version));
    llvm::SmallVector<llvm::StringRef, 128> amd;
    llvm::AMDGPU::fillValidArchListAMDGCN(amd);
    for (const llvm::StringRef name : amd)  // no chips' nicknames, and no "gfx9-generic"
      if (name.starts_with("gfx") && !name.contains('-')) all.push_back(name.str());
    for (const char* name : {"acm_g10", "acm_g11", "acm_g12", "bmg_g21", "dg1", "pvc"})
      all.emplace_back(name);
    return all;
  }();
  return names;
}

std::string gpu_vendor_of_architecture(std::string_view architecture) {
  if (std::ranges::find(gpu_architectures(), architecture) == gpu_architectures().end()) return {};
  if (architecture.starts_with("sm_")) return "nvidia";
  return architecture.starts_with("gfx") ? "amd" : "intel";
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
