// SPDX-License-Identifier: Apache-2.0
#include "x86_models.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace xaas {
namespace {

struct ModelRange {
  unsigned family;
  unsigned first;
  unsigned last;
  std::string_view name;
};

// NOLINTBEGIN(modernize-use-designated-initializers): tables
// The first range that fits counts.
constexpr auto k_intel = std::to_array<ModelRange>({
    {6, 0x0f, 0x0f, "core2"},
    {6, 0x16, 0x16, "core2"},
    {6, 0x17, 0x17, "penryn"},
    {6, 0x1d, 0x1d, "penryn"},
    {6, 0x1a, 0x1a, "nehalem"},
    {6, 0x1e, 0x1f, "nehalem"},
    {6, 0x2e, 0x2e, "nehalem"},
    {6, 0x25, 0x25, "westmere"},
    {6, 0x2c, 0x2c, "westmere"},
    {6, 0x2f, 0x2f, "westmere"},
    {6, 0x2a, 0x2a, "sandybridge"},
    {6, 0x2d, 0x2d, "sandybridge"},
    {6, 0x3a, 0x3a, "ivybridge"},
    {6, 0x3e, 0x3e, "ivybridge"},
    {6, 0x3c, 0x3c, "haswell"},
    {6, 0x3f, 0x3f, "haswell"},
    {6, 0x45, 0x46, "haswell"},
    {6, 0x3d, 0x3d, "broadwell"},
    {6, 0x47, 0x47, "broadwell"},
    {6, 0x4f, 0x4f, "broadwell"},
    {6, 0x56, 0x56, "broadwell"},
    {6, 0x4e, 0x4e, "skylake"},
    {6, 0x5e, 0x5e, "skylake"},
    {6, 0x8e, 0x8e, "skylake"},
    {6, 0x9e, 0x9e, "skylake"},
    {6, 0xa5, 0xa6, "skylake"},
    {6, 0xa7, 0xa7, "rocketlake"},
    {6, 0x66, 0x66, "cannonlake"},
    {6, 0x7d, 0x7e, "icelake-client"},
    {6, 0x8c, 0x8d, "tigerlake"},
    {6, 0x97, 0x97, "alderlake"},
    {6, 0x9a, 0x9a, "alderlake"},
    {6, 0xbe, 0xbe, "gracemont"},
    {6, 0xb7, 0xb7, "raptorlake"},
    {6, 0xba, 0xba, "raptorlake"},
    {6, 0xbf, 0xbf, "raptorlake"},
    {6, 0xaa, 0xaa, "meteorlake"},
    {6, 0xac, 0xac, "meteorlake"},
    {6, 0xb5, 0xb5, "arrowlake"},
    {6, 0xc5, 0xc5, "arrowlake"},
    {6, 0xc6, 0xc6, "arrowlake-s"},
    {6, 0xbd, 0xbd, "lunarlake"},
    {6, 0xcc, 0xcc, "pantherlake"},
    {6, 0x6a, 0x6a, "icelake-server"},
    {6, 0x6c, 0x6c, "icelake-server"},
    {6, 0x8f, 0x8f, "sapphirerapids"},
    {6, 0xcf, 0xcf, "emeraldrapids"},
    {6, 0xad, 0xad, "graniterapids"},
    {6, 0xae, 0xae, "graniterapids-d"},
    {6, 0xaf, 0xaf, "sierraforest"},
    {6, 0xb6, 0xb6, "grandridge"},
    {6, 0xdd, 0xdd, "clearwaterforest"},
    {6, 0x57, 0x57, "knl"},
    {6, 0x85, 0x85, "knm"},
    {6, 0x37, 0x37, "silvermont"},
    {6, 0x4a, 0x4a, "silvermont"},
    {6, 0x4c, 0x4d, "silvermont"},
    {6, 0x5a, 0x5a, "silvermont"},
    {6, 0x5d, 0x5d, "silvermont"},
    {6, 0x5c, 0x5c, "goldmont"},
    {6, 0x5f, 0x5f, "goldmont"},
    {6, 0x7a, 0x7a, "goldmont-plus"},
    {6, 0x86, 0x86, "tremont"},
    {6, 0x8a, 0x8a, "tremont"},
    {6, 0x96, 0x96, "tremont"},
    {6, 0x9c, 0x9c, "tremont"},
});
constexpr auto k_amd = std::to_array<ModelRange>({
    {0x10, 0x00, 0xff, "amdfam10"},
    {0x15, 0x02, 0x02, "bdver2"},
    {0x15, 0x00, 0x0f, "bdver1"},
    {0x15, 0x10, 0x1f, "bdver2"},
    {0x15, 0x30, 0x3f, "bdver3"},
    {0x15, 0x60, 0x7f, "bdver4"},
    {0x14, 0x00, 0xff, "btver1"},
    {0x16, 0x00, 0xff, "btver2"},
    {0x17, 0x30, 0x3f, "znver2"},
    {0x17, 0x47, 0x47, "znver2"},
    {0x17, 0x60, 0x7f, "znver2"},
    {0x17, 0x84, 0xaf, "znver2"},
    {0x17, 0x00, 0xff, "znver1"},
    {0x19, 0x10, 0x1f, "znver4"},
    {0x19, 0x60, 0x7f, "znver4"},
    {0x19, 0xa0, 0xaf, "znver4"},
    {0x19, 0x00, 0x5f, "znver3"},
    {0x1a, 0x00, 0x77, "znver5"},
});

// NOLINTEND(modernize-use-designated-initializers)

template <class Table>
std::string name_in(const Table& table, const KernelProcessor& processor) {
  const auto found = std::ranges::find_if(table, [&](const ModelRange& range) {
    return range.family == processor.family && range.first <= processor.model &&
           processor.model <= range.last;
  });
  return found == table.end() ? std::string() : std::string(found->name);
}

}  // namespace

std::string x86_cpu_name(const KernelProcessor& processor) {
  if (processor.vendor == "amd") return name_in(k_amd, processor);
  if (processor.vendor != "intel") return {};
  // One number for three generations of servers.
  if (processor.family == 6 && processor.model == 0x55) {
    if (processor.flags.contains("avx512_bf16")) return "cooperlake";
    return processor.flags.contains("avx512_vnni") ? "cascadelake" : "skylake-avx512";
  }
  return name_in(k_intel, processor);
}

}  // namespace xaas
