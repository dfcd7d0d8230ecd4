// SPDX-License-Identifier: Apache-2.0

// AArch64 instructions are words whose top-level fields say what they work on (Arm ARM, C4.1), so
// a census needs no disassembler: bits 28:25 choose the group, and in the loads and stores bit 26
// says that the register is a SIMD one.

#include "instruction_counter.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace xaas {
namespace {

enum class Group : std::uint8_t { reserved, scalar, simd, sve, sme };
constexpr std::size_t k_groups = 5;

Group group_of(std::uint32_t word) {
  const auto op = (word >> 25) & 0xfU;
  const bool top_bit = (word >> 31) != 0;
  if (op == 0b0000) return top_bit ? Group::sme : Group::reserved;
  if (op == 0b0010) return Group::sve;
  if ((op & 0b0111U) == 0b0111) return Group::simd;  // data processing, SIMD and FP
  if ((op & 0b0101U) == 0b0100 && (op & 0b0010U) != 0) return Group::simd;  // their loads, stores
  if (op == 0b0001 || op == 0b0011) return Group::reserved;
  return Group::scalar;
}

// Vectors of the arithmetic group: bits 31 and 28 are clear, bit 30 is Q. The rest is scalar.
unsigned vector_bits(std::uint32_t word, Group group) {
  if (group == Group::sve || group == Group::sme) return 128;  // the least it can be
  const bool is_arithmetic = ((word >> 25) & 0b0111U) == 0b0111;
  if (group != Group::simd || !is_arithmetic || (word & 0x90000000U) != 0) return 0;
  return (word & 0x40000000U) != 0 ? 128 : 64;
}

class Aarch64Counter final : public InstructionCounter {
 public:
  void count(const CodeRegion& region, Census& census) override {
    std::array<std::uint64_t, k_groups> counts{};
    unsigned widest = 0;
    std::size_t at = 0;
    for (; at + 4 <= region.bytes.size(); at += 4) {
      std::uint32_t word = 0;
      std::memcpy(&word, region.bytes.data() + at, 4);
      const auto group = group_of(word);
      ++counts[static_cast<std::size_t>(group)];
      widest = std::max(widest, vector_bits(word, group));
    }
    auto& column = region.is_explicit ? census.explicit_instructions : census.instructions;
    constexpr std::array<const char*, k_groups> k_names = {"", "A64", "NEON", "SVE", "SME"};
    for (std::size_t group = 1; group < k_groups; ++group)
      if (counts[group] != 0) column[k_names[group]] += counts[group];
    census.undecoded_bytes += 4 * counts[0] + (region.bytes.size() - at);
    if (!region.is_explicit)
      census.widest_vector_bits = std::max(census.widest_vector_bits, widest);
  }
};

}  // namespace

std::unique_ptr<InstructionCounter> make_aarch64_counter() {
  return std::make_unique<Aarch64Counter>();
}

}  // namespace xaas
