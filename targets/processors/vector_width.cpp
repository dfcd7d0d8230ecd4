// SPDX-License-Identifier: Apache-2.0
#include "vector_width.hpp"

#include "kernel_files.hpp"
#include "processor_family.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

namespace xaas {
namespace {

struct Width {
  std::string_view what;
  unsigned bits;
};

// NOLINTBEGIN(modernize-use-designated-initializers): tables
// The widest first.
constexpr auto k_x86 = std::to_array<Width>({{"avx512f", 512}, {"avx", 256}, {"sse2", 128}});
constexpr auto k_power = std::to_array<Width>({{"altivec", 128}});
// Of SVE, from the technical reference manuals of Arm's cores, and from Fujitsu's A64FX
// Microarchitecture Manual.
constexpr auto k_sve = std::to_array<Width>({{"a64fx", 512},
                                             {"neoverse-512tvb", 256},
                                             {"neoverse-v1", 256},
                                             {"neoverse-n2", 128},
                                             {"neoverse-n3", 128},
                                             {"neoverse-v2", 128},
                                             {"neoverse-v3", 128},
                                             {"neoverse-v3ae", 128},
                                             {"cobalt-100", 128},
                                             {"grace", 128}});
// NOLINTEND(modernize-use-designated-initializers)

constexpr const char* k_default_sve_length = "/proc/sys/abi/sve_default_vector_length";
// The architecture's bounds (Arm ARM A1.4): 128 to 2048 bits, a power of two.
constexpr unsigned k_least_sve_bits = 128;
constexpr unsigned k_most_sve_bits = 2048;
constexpr unsigned k_bits_of_byte = 8;

template <class Table>
unsigned widest(const Table& table, const FeatureSet& features) {
  const auto found = std::ranges::find_if(
      table, [&](const Width& width) { return features.contains(std::string(width.what)); });
  return found == table.end() ? 0 : found->bits;
}

void set_width(Target& target, unsigned bits, std::string origin) {
  if (bits == 0) return;
  target.cpu.vector_bits = bits;
  target.origins["cpu.vector_bits"] = std::move(origin);
}

bool is_sve_width(std::uint64_t bits) {
  return bits >= k_least_sve_bits && bits <= k_most_sve_bits && (bits & (bits - 1)) == 0;
}

void describe_sve(const HostProbe& probe, Target& target) {
  const unsigned asked = probe.sve_bytes() * k_bits_of_byte;
  if (is_sve_width(asked)) return set_width(target, asked, "prctl");
  const auto bytes = parse_number(line_in(probe, k_default_sve_length)).value_or(0);
  if (bytes <= k_most_sve_bits && is_sve_width(bytes * k_bits_of_byte))
    return set_width(target, static_cast<unsigned>(bytes) * k_bits_of_byte, k_default_sve_length);
  const auto known = std::ranges::find(k_sve, target.cpu.name, &Width::what);
  if (known != k_sve.end()) return set_width(target, known->bits, "cpu.name");
  target.probe_errors.emplace_back("how long SVE's vectors are is not known of this processor");
}

// The longest that LLVM knows of the processor. What the extension "v" alone promises is the least
// that any has.
void describe_riscv(Target& target) {
  unsigned bits = 0;
  if (target.origins["cpu.name"] == "llvm" && target.cpu.features.contains("v")) {
    for (const std::string& feature : target.cpu.features) {
      unsigned number = 0;
      if (feature.starts_with("zvl"))
        std::from_chars(feature.data() + 3, feature.data() + feature.size(), number);
      bits = std::max(bits, number);
    }
  }
  set_width(target, bits, "cpu.name");
}

}  // namespace

void describe_vector_width(const HostProbe& probe, Target& target) {
  const FeatureSet& features = target.cpu.features;
  if (target.architecture == "amd64") set_width(target, widest(k_x86, features), "cpu.features");
  if (target.architecture == "ppc64le")
    set_width(target, widest(k_power, features), "cpu.features");
  if (target.architecture == "riscv64") describe_riscv(target);
  if (target.architecture != "arm64") return;
  if (features.contains("sve")) return describe_sve(probe, target);
  if (features.contains("neon")) set_width(target, k_least_sve_bits, "cpu.features");
}

}  // namespace xaas
