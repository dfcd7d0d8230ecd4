// SPDX-License-Identifier: Apache-2.0
#include "power_processor.hpp"

#include "kernel_files.hpp"

#include <array>
#include <cstdint>

namespace xaas {
namespace {

// Linux, arch/powerpc/include/uapi/asm/cputable.h: what a kernel or a hypervisor may hide.
struct CapabilityBit {
  std::string_view feature;
  std::uint64_t key;  // AT_HWCAP or AT_HWCAP2
  std::uint64_t mask;
};
constexpr std::uint64_t k_hwcap = 16;
constexpr std::uint64_t k_hwcap2 = 26;
// NOLINTBEGIN(modernize-use-designated-initializers): a table
constexpr auto k_bits = std::to_array<CapabilityBit>({
    {"altivec", k_hwcap, 0x10000000},
    {"vsx", k_hwcap, 0x00000080},
    {"isa-v207-instructions", k_hwcap2, 0x80000000},
    {"htm", k_hwcap2, 0x40000000},
    {"crypto", k_hwcap2, 0x02000000},
    {"isa-v30-instructions", k_hwcap2, 0x00800000},
    {"isa-v31-instructions", k_hwcap2, 0x00040000},
    {"mma", k_hwcap2, 0x00020000},
});
// NOLINTEND(modernize-use-designated-initializers)

}  // namespace

PowerFeatures power_features(const HostProbe& probe, std::string_view cpu_name) {
  const ProcessorFamily& family = power_family();
  const auto by_name = family.features_of(cpu_name);
  if (!by_name) return {.features = family.levels().front().features, .origin = "llvm"};
  auto features = *by_name;
  const auto hwcap = auxiliary_value(probe, k_hwcap);
  const auto hwcap2 = auxiliary_value(probe, k_hwcap2);
  if (!hwcap || !hwcap2) {
    features.erase("htm");  // many kernels switch it off
    return {.features = std::move(features), .origin = "/proc/cpuinfo, llvm"};
  }
  for (const CapabilityBit& bit : k_bits) {
    const std::uint64_t shown = bit.key == k_hwcap ? *hwcap : *hwcap2;
    if ((shown & bit.mask) == 0) features.erase(std::string(bit.feature));
  }
  drop_incomplete(family, features);
  return {.features = std::move(features), .origin = "/proc/cpuinfo, llvm, /proc/self/auxv"};
}

}  // namespace xaas
