// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/result.hpp"
#include "xaas/targets/target.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace xaas {

/// Instructions in the executable sections of a program (without the procedure linkage table) by
/// class:
///  - "x86-64" (general registers, x87, MMX), "BMI" (BMI1, BMI2, lzcnt), "SSE" (SSE, SSE2), "SSE4"
///    (SSE3 to SSE4.2; AES, SHA in that encoding), "AVX" (VEX: 128 bits, and 256 bits of floating
///    point), "AVX2" (256-bit integers, FMA, gathers, AVX-VNNI), "AVX-512" (EVEX at any width, mask
///    registers), "AMX", "APX", "XOP" (and FMA4);
///  - "A64", "NEON" (all SIMD and floating point), "SVE", "SME".
struct Census {
  std::map<std::string, std::uint64_t> instructions;
  std::map<std::string, std::uint64_t>
      explicit_instructions;  // in functions with features of their own
  std::uint64_t undecoded_bytes = 0;
  /// Outside explicit functions: on x86-64 the widest vector register that is named (scalars live
  /// in 128-bit ones), on AArch64 the widest vector arithmetic; SVE counts as 128, its least.
  unsigned widest_vector_bits = 0;

  friend bool operator==(const Census&, const Census&) = default;
};

/// `bytes` is an ELF program, library or object file, or an archive of object files. Functions are
/// told apart by .symtab where it is there, by .dynsym otherwise; a name stands for what LLVM
/// derives from it too (`name.cold`). To leave code that was linked as it is out of the verdict,
/// name its functions as well.
Result<Census> take_census(std::string_view bytes, const std::set<std::string>& explicit_functions);

/// Classes of a census that the target cannot run, outside explicit functions: it has none of the
/// features that a class is made of. Empty: all is well.
std::vector<std::string> classes_beyond(const Census& census, const Target& target);

std::string print_census(const Census& census);  // JSON object
Result<Census> parse_census(std::string_view json);

/// What the lowered file lost or changed against the generic one in what others can see: kind,
/// soname, interpreter, versions, strong exports, and needed libraries that the generic one does
/// not need. Weak exports may go, and so may libraries of which nothing is used any more.
/// Of archives: members that came, went or changed places, and names, weak ones too, that an object
/// no longer defines. Sentences; empty: equal. The C library may be needed with more of its files.
struct IntendedChanges {
  std::string interpreter;       // that the lowered file is to have; empty: the generic one's
  std::set<std::string> needed;  // sonames that stand for others that the generic file needs
};
Result<std::vector<std::string>> interface_differences(std::string_view generic,
                                                       std::string_view lowered,
                                                       const IntendedChanges& intended = {});

}  // namespace xaas
