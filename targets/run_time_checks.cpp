// SPDX-License-Identifier: Apache-2.0
#include "xaas/targets/run_time_checks.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <tuple>

namespace xaas {
namespace {

struct Row {
  std::string_view feature;
  std::uint32_t leaf;
  std::uint8_t subleaf;
  std::uint8_t word;
  std::uint8_t bit;
  std::uint8_t least;
  std::uint64_t states;
};

/// Where a bit of cpuid is.
struct Place {
  std::uint32_t leaf;
  std::uint8_t subleaf;
  std::uint8_t word;
};
constexpr Place k_1_ecx{.leaf = 1, .subleaf = 0, .word = 2};
constexpr Place k_7_ebx{.leaf = 7, .subleaf = 0, .word = 1};
constexpr Place k_7_ecx{.leaf = 7, .subleaf = 0, .word = 2};
constexpr Place k_7_edx{.leaf = 7, .subleaf = 0, .word = 3};
constexpr Place k_7_1_eax{.leaf = 7, .subleaf = 1, .word = 0};
constexpr Place k_7_1_edx{.leaf = 7, .subleaf = 1, .word = 3};
constexpr Place k_avx10_ebx{.leaf = 0x24, .subleaf = 0, .word = 1};
constexpr Place k_extended_ecx{.leaf = 0x80000001, .subleaf = 0, .word = 2};

constexpr Row bit(std::string_view feature, Place place, std::uint8_t number,
                  std::uint64_t states = 0) {
  return {.feature = feature,
          .leaf = place.leaf,
          .subleaf = place.subleaf,
          .word = place.word,
          .bit = number,
          .least = 0,
          .states = states};
}

constexpr Row version(std::string_view feature, Place place, std::uint8_t least,
                      std::uint64_t states) {
  Row row = bit(feature, place, 0, states);
  row.least = least;
  return row;
}

// Bits of XCR0, SDM volume 1, 13.3: SSE and AVX; the masks and both halves of the 512-bit
// registers; the general registers of APX.
constexpr std::uint64_t k_ymm = 0x6;
constexpr std::uint64_t k_zmm = 0xe6;
constexpr std::uint64_t k_egpr = 0x80000;

// SDM volume 2, CPUID; APM volume 3, appendix E, for what AMD had first.
constexpr auto k_x86 = std::to_array<Row>({
    bit("sse3", k_1_ecx, 0),
    bit("ssse3", k_1_ecx, 9),
    bit("fma", k_1_ecx, 12, k_ymm),
    bit("cx16", k_1_ecx, 13),
    bit("sse4.1", k_1_ecx, 19),
    bit("sse4.2", k_1_ecx, 20),
    bit("movbe", k_1_ecx, 22),
    bit("popcnt", k_1_ecx, 23),
    bit("avx", k_1_ecx, 28, k_ymm),
    bit("f16c", k_1_ecx, 29, k_ymm),
    bit("bmi", k_7_ebx, 3),
    bit("avx2", k_7_ebx, 5, k_ymm),
    bit("bmi2", k_7_ebx, 8),
    bit("avx512f", k_7_ebx, 16, k_zmm),
    bit("avx512dq", k_7_ebx, 17, k_zmm),
    bit("avx512ifma", k_7_ebx, 21, k_zmm),
    bit("avx512cd", k_7_ebx, 28, k_zmm),
    bit("avx512bw", k_7_ebx, 30, k_zmm),
    bit("avx512vl", k_7_ebx, 31, k_zmm),
    bit("avx512vbmi", k_7_ecx, 1, k_zmm),
    bit("avx512vbmi2", k_7_ecx, 6, k_zmm),
    bit("gfni", k_7_ecx, 8),
    bit("vpclmulqdq", k_7_ecx, 10, k_ymm),
    bit("avx512vnni", k_7_ecx, 11, k_zmm),
    bit("avx512bitalg", k_7_ecx, 12, k_zmm),
    bit("avx512vpopcntdq", k_7_ecx, 14, k_zmm),
    bit("avx512fp16", k_7_edx, 23, k_zmm),
    bit("raoint", k_7_1_eax, 3),
    bit("avxvnni", k_7_1_eax, 4, k_ymm),
    bit("avx512bf16", k_7_1_eax, 5, k_zmm),
    bit("cmpccxadd", k_7_1_eax, 7),
    bit("avxifma", k_7_1_eax, 23, k_ymm),
    bit("avxvnniint8", k_7_1_edx, 4, k_ymm),
    bit("avxneconvert", k_7_1_edx, 5, k_ymm),
    bit("avxvnniint16", k_7_1_edx, 10, k_ymm),
    version("avx10.1", k_avx10_ebx, 1, k_zmm),
    version("avx10.2", k_avx10_ebx, 2, k_zmm),
    bit("egpr", k_7_1_edx, 21, k_egpr),
    bit("push2pop2", k_7_1_edx, 21, k_egpr),
    bit("ppx", k_7_1_edx, 21, k_egpr),
    bit("ndd", k_7_1_edx, 21, k_egpr),
    bit("ccmp", k_7_1_edx, 21, k_egpr),
    bit("nf", k_7_1_edx, 21, k_egpr),
    bit("cf", k_7_1_edx, 21, k_egpr),
    bit("zu", k_7_1_edx, 21, k_egpr),
    bit("sahf", k_extended_ecx, 0),
    bit("lzcnt", k_extended_ecx, 5),
    bit("sse4a", k_extended_ecx, 6),
    bit("xop", k_extended_ecx, 11, k_ymm),
    bit("fma4", k_extended_ecx, 16, k_ymm),
    bit("tbm", k_extended_ecx, 21),
});

// AT_HWCAP and AT_HWCAP2, getauxval(3).
constexpr Place k_hwcap{.leaf = 16, .subleaf = 0, .word = 0};
constexpr Place k_hwcap2{.leaf = 26, .subleaf = 0, .word = 0};

constexpr Row hwcap(std::string_view feature, std::uint8_t number) {
  return bit(feature, k_hwcap, number);
}
constexpr Row hwcap2(std::string_view feature, std::uint8_t number) {
  return bit(feature, k_hwcap2, number);
}

// Linux, arch/arm64/include/uapi/asm/hwcap.h.
constexpr auto k_aarch64 = std::to_array<Row>({
    hwcap("fp-armv8", 0),  hwcap("neon", 1),     hwcap("crc", 7),        hwcap("lse", 8),
    hwcap("fullfp16", 10), hwcap("rdm", 12),     hwcap("jsconv", 13),    hwcap("complxnum", 14),
    hwcap("rcpc", 15),     hwcap("sha3", 17),    hwcap("dotprod", 20),   hwcap("sve", 22),
    hwcap("fp16fml", 23),  hwcap("lse2", 25),    hwcap("rcpc-immo", 26), hwcap("flagm", 27),
    hwcap2("sve2", 1),     hwcap2("altnzcv", 7), hwcap2("fptoint", 8),   hwcap2("i8mm", 13),
    hwcap2("bf16", 14),    hwcap2("cssc", 34),   hwcap2("sve2p1", 36),   hwcap2("mops", 43),
    hwcap2("rcpc3", 46),   hwcap2("lse128", 47), hwcap2("faminmax", 50),
});

std::span<const Row> rows_of(std::string_view architecture) {
  if (architecture == "amd64") return k_x86;
  if (architecture == "arm64") return k_aarch64;
  return {};
}

}  // namespace

bool is_used_unasked(std::string_view architecture, std::string_view feature) {
  return std::ranges::any_of(rows_of(architecture),
                             [&](const Row& row) { return row.feature == feature; });
}

RunTimeChecks run_time_checks(const Target& target) {
  RunTimeChecks result;
  for (const Row& row : rows_of(target.architecture)) {
    if (!target.cpu.features.contains(std::string(row.feature))) continue;
    result.checks.push_back({.feature = std::string(row.feature),
                             .leaf = row.leaf,
                             .subleaf = row.subleaf,
                             .word = row.word,
                             .bit = row.bit,
                             .least = row.least});
    result.states |= row.states;
  }
  std::ranges::sort(result.checks, {}, [](const RunTimeCheck& check) {
    return std::tie(check.leaf, check.subleaf, check.word, check.bit, check.feature);
  });
  return result;
}

}  // namespace xaas
