// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

namespace xaas {

/// How an x86-64 instruction is encoded (Intel SDM volume 2, 2.1 to 2.7): its escape, map and
/// opcode byte.
struct X86Encoding {
  enum class Form : std::uint8_t { legacy, rex2, vex, evex, xop } form = Form::legacy;
  std::uint8_t map = 0;  // 0: one byte, 1: 0F, 2: 0F38, 3: 0F3A, 4 to 7: EVEX only
  std::uint8_t opcode = 0;
  bool is_256_bit = false;   // VEX.L
  bool has_f3 = false;       // legacy F3 prefix
  bool on_register = false;  // ModRM.mod says that the operand is no memory
};

/// `bytes` is one whole instruction.
X86Encoding read_x86_encoding(std::span<const std::uint8_t> bytes);

/// A VEX instruction on vectors that needs more than AVX (and F16C): AVX2, FMA, AVX-VNNI, ...
bool vex_needs_avx2(const X86Encoding& encoding);

/// A VEX instruction of FMA4, which only AMD's Bulldozer line has.
bool is_fma4(const X86Encoding& encoding);

}  // namespace xaas
