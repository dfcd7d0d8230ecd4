// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/targets/target.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace xaas {

/// How a running program finds out whether the processor has a feature.
struct RunTimeCheck {
  std::string feature;
  std::uint32_t leaf = 0;    // x86: of cpuid; AArch64: AT_HWCAP (16) or AT_HWCAP2 (26)
  std::uint8_t subleaf = 0;  // x86
  std::uint8_t word = 0;     // x86: 0 to 3 are eax, ebx, ecx, edx
  std::uint8_t bit = 0;
  std::uint8_t least =
      0;  // x86: not 0: the word's lowest byte is at least this, instead of the bit

  friend bool operator==(const RunTimeCheck&, const RunTimeCheck&) = default;
};

struct RunTimeChecks {
  std::vector<RunTimeCheck> checks;  // sorted by leaf
  std::uint64_t states = 0;          // x86: bits of xcr0 that the system must have enabled
};

/// What code generated for the target may execute beyond the architecture's baseline without its
/// author having asked for it. Features that only their own intrinsics use (AES, random numbers,
/// protection keys) are none of it: who calls these asks for them at run time.
RunTimeChecks run_time_checks(const Target& target);

/// Whether LLVM may use the feature by itself, and so whether `run_time_checks` has it.
bool is_used_unasked(std::string_view architecture, std::string_view feature);

}  // namespace xaas
