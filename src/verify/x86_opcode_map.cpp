// SPDX-License-Identifier: Apache-2.0
#include "x86_opcode_map.hpp"

namespace xaas {
namespace {

struct Cursor {
  std::span<const std::uint8_t> bytes;
  std::size_t at = 0;

  // A whole instruction has all the bytes that its prefixes announce; zero keeps a wrong one safe.
  [[nodiscard]] std::uint8_t peek(std::size_t ahead = 0) const {
    return at + ahead < bytes.size() ? bytes[at + ahead] : std::uint8_t{0};
  }
};

bool is_legacy_prefix(std::uint8_t byte) {
  switch (byte) {
    case 0x26:
    case 0x2e:
    case 0x36:
    case 0x3e:
    case 0x64:
    case 0x65:
    case 0x66:
    case 0x67:
    case 0xf0:
    case 0xf2:
    case 0xf3:
      return true;
    default:
      return false;
  }
}

bool between(std::uint8_t value, std::uint8_t first, std::uint8_t last) {
  return first <= value && value <= last;
}

// Escape bytes 0F, 0F38 and 0F3A of the legacy encoding.
void read_legacy_map(Cursor& cursor, X86Encoding& encoding) {
  if (cursor.peek() != 0x0f) return;
  ++cursor.at;
  encoding.map = 1;
  if (cursor.peek() != 0x38 && cursor.peek() != 0x3a) return;
  encoding.map = cursor.peek() == 0x38 ? 2 : 3;
  ++cursor.at;
}

// Consumes the prefix that says how the rest is read.
void read_form(Cursor& cursor, X86Encoding& encoding) {
  using enum X86Encoding::Form;
  const auto first = cursor.peek();
  if (first == 0xc5) {
    encoding.form = vex;
    encoding.map = 1;
    encoding.is_256_bit = (cursor.peek(1) & 0x04U) != 0;
    cursor.at += 2;
  } else if (first == 0xc4 || (first == 0x8f && (cursor.peek(1) & 0x1fU) >= 8)) {
    encoding.form = first == 0xc4 ? vex : xop;
    encoding.map = cursor.peek(1) & 0x1fU;
    encoding.is_256_bit = (cursor.peek(2) & 0x04U) != 0;
    cursor.at += 3;
  } else if (first == 0x62) {
    encoding.form = evex;
    encoding.map = cursor.peek(1) & 0x07U;
    cursor.at += 4;
  } else if (first == 0xd5) {
    encoding.form = rex2;
    encoding.map = (cursor.peek(1) & 0x80U) != 0 ? 1 : 0;
    cursor.at += 2;
  } else {
    if (between(first, 0x40, 0x4f)) ++cursor.at;
    read_legacy_map(cursor, encoding);
  }
}

// Map 0F: with 128 bits all of it is AVX; with 256 the integer instructions came with AVX2.
bool is_integer_in_map_1(std::uint8_t opcode) {
  if (between(opcode, 0x60, 0x6d) || between(opcode, 0x70, 0x76)) return true;
  if (opcode < 0xd1 || opcode == 0xd6) return false;
  return opcode != 0xe6 && opcode != 0xe7 && opcode != 0xf0;  // conversions, movntdq, lddqu
}

bool map_2_needs_avx2(const X86Encoding& encoding) {
  const auto opcode = encoding.opcode;
  const bool is_broadcast = between(opcode, 0x18, 0x19);
  if (is_broadcast) return encoding.on_register;      // AVX broadcasts from memory only
  if (opcode == 0x16 || opcode == 0x36) return true;  // vpermps, vpermd
  const bool is_avx = between(opcode, 0x0c, 0x0f) || opcode == 0x13 || opcode == 0x17 ||
                      opcode == 0x1a || between(opcode, 0x2c, 0x2f);
  if (is_avx) return false;
  // Variable shifts, broadcasts, masked moves, gathers, FMA, VNNI and their like, at any width.
  return encoding.is_256_bit || between(opcode, 0x45, 0x47) || between(opcode, 0x50, 0x5a) ||
         between(opcode, 0x72, 0xbf) || opcode == 0xd2 || opcode == 0xd3;
}

bool map_3_needs_avx2(const X86Encoding& encoding) {
  const auto opcode = encoding.opcode;
  if (opcode == 0x02) return true;  // vpblendd
  const bool is_avx = between(opcode, 0x04, 0x06) || between(opcode, 0x08, 0x0d) ||
                      between(opcode, 0x18, 0x19) || opcode == 0x1d || opcode == 0x40 ||
                      between(opcode, 0x4a, 0x4b);
  return encoding.is_256_bit && !is_avx;
}

}  // namespace

X86Encoding read_x86_encoding(std::span<const std::uint8_t> bytes) {
  X86Encoding encoding;
  Cursor cursor{bytes};
  while (is_legacy_prefix(cursor.peek())) {
    encoding.has_f3 = encoding.has_f3 || cursor.peek() == 0xf3;
    ++cursor.at;
  }
  read_form(cursor, encoding);
  encoding.opcode = cursor.peek();
  encoding.on_register = (cursor.peek(1) & 0xc0U) == 0xc0;
  return encoding;
}

bool vex_needs_avx2(const X86Encoding& encoding) {
  switch (encoding.map) {
    case 1:
      return encoding.is_256_bit && is_integer_in_map_1(encoding.opcode);
    case 2:
      return map_2_needs_avx2(encoding);
    case 3:
      return map_3_needs_avx2(encoding);
    default:
      return true;  // maps 5 and up came later (AVX10, SM3, ...)
  }
}

bool is_fma4(const X86Encoding& encoding) {
  const auto opcode = encoding.opcode;
  return encoding.map == 3 && (between(opcode, 0x48, 0x49) || between(opcode, 0x5c, 0x5f) ||
                               between(opcode, 0x68, 0x6f) || between(opcode, 0x78, 0x7f));
}

}  // namespace xaas
