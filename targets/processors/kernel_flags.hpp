// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "processor_family.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace xaas {

/// What /proc/cpuinfo says of all processors together: a flag that one of them lacks is not here,
/// because a program may be moved to that one.
struct KernelProcessor {
  FeatureSet flags;     // the kernel's names (RISC-V: extensions); empty: the file had no such line
  std::string vendor;   // lowercase, empty when unknown
  unsigned family = 0;  // x86's numbers, of the first processor; 0: not said
  unsigned model = 0;
  std::string model_name;  // for people, of the first processor that has one
};

KernelProcessor parse_cpuinfo(std::string_view text);

/// One feature under the names of both; on AArch64 several kernel flags may make one feature.
struct KernelFlag {
  std::string_view feature;
  std::vector<std::string_view> flags;
};

/// Flags that every kernel since 4.18 names, so that silence means absence. For newer processor
/// features a kernel's silence may only be its age, and cpuid with XCR0 is all there is.
const std::vector<KernelFlag>& x86_kernel_flags();

/// All of AArch64's but ssbs, which is nothing to a program (aarch64_family.cpp): programs cannot
/// ask the processor there, so the kernel's word is the only one.
const std::vector<KernelFlag>& aarch64_kernel_flags();

/// What the flags alone tell of an x86 processor that cannot be asked: nothing that is not shown,
/// but the architecture's first level.
FeatureSet x86_features_shown(const FeatureSet& flags);

[[nodiscard]] bool kernel_shows(const KernelFlag& entry, const FeatureSet& flags);

}  // namespace xaas
