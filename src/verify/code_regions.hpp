// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/result.hpp"

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace xaas {

/// A run of instructions that all count in the same column.
struct CodeRegion {
  std::uint64_t address = 0;
  std::span<const std::uint8_t> bytes;
  bool is_explicit = false;  // of a function with features of its own
};

struct Code {
  std::string architecture;  // "amd64" or "arm64"
  std::vector<CodeRegion> regions;
};

/// The executable sections of the ELF file in `bytes` (without the procedure linkage table, which
/// the linker writes), cut at the functions that are named in `explicit_functions` or are parts of
/// one (`name.cold`, `name.llvm.7`). The result refers to `bytes`.
Result<Code> read_code(std::string_view bytes, const std::set<std::string>& explicit_functions);

}  // namespace xaas
