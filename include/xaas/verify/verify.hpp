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

/// Instructions in the executable sections of a program by class: "x86-64" (scalar, x87, MMX),
/// "SSE", "AVX" (VEX, 128 and 256 bit floating point), "AVX2" (256-bit integer, FMA, gathers),
/// "AVX-512"; "A64", "NEON", "SVE".
struct Census {
  std::map<std::string, std::uint64_t> instructions;
  std::map<std::string, std::uint64_t>
      explicit_instructions;  // in functions with features of their own
  std::uint64_t undecoded_bytes = 0;
  unsigned widest_vector_bits = 0;  // outside explicit functions
};

/// `bytes` is an ELF program or library. Functions are told apart by .symtab where it is there.
Result<Census> take_census(std::string_view bytes, const std::set<std::string>& explicit_functions);

/// Classes of a census that the target cannot run, outside explicit functions. Empty: all is well.
std::vector<std::string> classes_beyond(const Census& census, const Target& target);

std::string print_census(const Census& census);  // JSON object
Result<Census> parse_census(std::string_view json);

/// What the lowered file lost or changed against the generic one in what others can see: strong
/// exports and their versions, soname, kind, interpreter, needed libraries that appeared.
/// Sentences; empty: equal.
Result<std::vector<std::string>> interface_differences(std::string_view generic,
                                                       std::string_view lowered);

}  // namespace xaas
