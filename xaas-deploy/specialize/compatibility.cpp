// SPDX-License-Identifier: Apache-2.0
#include "specialize/compatibility.hpp"

#include "xaas/support/json.hpp"
#include "xaas/targets/run_time_checks.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

namespace xaas {
namespace {

constexpr std::string_view k_artifact = "application/vnd.nfd.image-compatibility.v1alpha1";
constexpr std::string_view k_specification =
    "application/vnd.nfd.image-compatibility.spec.v1alpha1+yaml";
constexpr std::string_view k_media_empty = "application/vnd.oci.empty.v1+json";

/// The names of NFD's feature `cpu.cpuid`. On x86 these are github.com/klauspost/cpuid's; on
/// AArch64 the kernel's, in capitals (source/cpu/cpuid_linux_arm64.go).
using CpuidNames = std::map<std::string_view, std::vector<std::string_view>>;

// NOLINTBEGIN(modernize-use-designated-initializers): tables
const CpuidNames& names_on_x86() {
  static const CpuidNames names = {
      {"sse3", {"SSE3"}},
      {"ssse3", {"SSSE3"}},
      {"fma", {"FMA3"}},
      {"cx16", {"CX16"}},
      {"sse4.1", {"SSE4"}},
      {"sse4.2", {"SSE42"}},
      {"movbe", {"MOVBE"}},
      {"popcnt", {"POPCNT"}},
      {"avx", {"AVX"}},
      {"f16c", {"F16C"}},
      {"bmi", {"BMI1"}},
      {"avx2", {"AVX2"}},
      {"bmi2", {"BMI2"}},
      {"avx512f", {"AVX512F"}},
      {"avx512dq", {"AVX512DQ"}},
      {"avx512ifma", {"AVX512IFMA"}},
      {"avx512cd", {"AVX512CD"}},
      {"avx512bw", {"AVX512BW"}},
      {"avx512vl", {"AVX512VL"}},
      {"avx512vbmi", {"AVX512VBMI"}},
      {"avx512vbmi2", {"AVX512VBMI2"}},
      {"gfni", {"GFNI"}},
      {"vpclmulqdq", {"VPCLMULQDQ"}},
      {"avx512vnni", {"AVX512VNNI"}},
      {"avx512bitalg", {"AVX512BITALG"}},
      {"avx512vpopcntdq", {"AVX512VPOPCNTDQ"}},
      {"avx512fp16", {"AVX512FP16"}},
      {"avxvnni", {"AVXVNNI"}},
      {"avx512bf16", {"AVX512BF16"}},
      {"cmpccxadd", {"CMPCCXADD"}},
      {"avxifma", {"AVXIFMA"}},
      {"avxvnniint8", {"AVXVNNIINT8"}},
      {"avxneconvert", {"AVXNECONVERT"}},
      {"sahf", {"LAHF"}},
      {"lzcnt", {"LZCNT"}},
      {"sse4a", {"SSE4A"}},
      {"xop", {"XOP"}},
      {"fma4", {"FMA4"}},
      {"tbm", {"TBM"}},
  };
  return names;
}

const CpuidNames& names_on_aarch64() {
  static const CpuidNames names = {
      {"fp-armv8", {"FP"}},
      {"neon", {"ASIMD"}},
      {"crc", {"CRC32"}},
      {"lse", {"ATOMICS"}},
      {"fullfp16", {"FPHP", "ASIMDHP"}},
      {"rdm", {"ASIMDRDM"}},
      {"jsconv", {"JSCVT"}},
      {"complxnum", {"FCMA"}},
      {"rcpc", {"LRCPC"}},
      {"sha3", {"SHA3", "SHA512"}},
      {"dotprod", {"ASIMDDP"}},
      {"sve", {"SVE"}},
      {"fp16fml", {"ASIMDFHM"}},
      {"lse2", {"USCAT"}},
      {"rcpc-immo", {"ILRCPC"}},
      {"flagm", {"FLAGM"}},
      {"sve2", {"SVE2"}},
      {"altnzcv", {"FLAGM2"}},
      {"fptoint", {"FRINT"}},
      {"i8mm", {"I8MM"}},
      {"bf16", {"BF16"}},
  };
  return names;
}

struct GpuVendor {
  std::string_view name;
  std::string_view id;  // of the PCI bus
};
constexpr auto k_gpu_vendors =
    std::to_array<GpuVendor>({{"nvidia", "10de"}, {"amd", "1002"}, {"intel", "8086"}});
// NOLINTEND(modernize-use-designated-initializers)

/// The first half of PCI's class codes: VGA and 3D controllers, other displays, accelerators.
constexpr auto k_gpu_classes = std::to_array<std::string_view>({"0300", "0302", "0380", "1200"});

Json matcher(const char* feature, const Json& expressions) {
  return Json::array({{{"feature", feature}, {"matchExpressions", expressions}}});
}

void add_processor_rule(const Target& target, Json& rules) {
  const CpuidNames& names = target.architecture == "arm64" ? names_on_aarch64() : names_on_x86();
  std::set<std::string_view> needed;
  for (const RunTimeCheck& check : run_time_checks(target).checks) {
    const auto found = names.find(check.feature);
    if (found != names.end()) needed.insert(found->second.begin(), found->second.end());
  }
  if (needed.empty()) return;
  Json expressions = Json::object();
  for (const std::string_view name : needed) expressions[std::string(name)] = {{"op", "Exists"}};
  rules.push_back({{"name", "processor"}, {"matchFeatures", matcher("cpu.cpuid", expressions)}});
}

void add_gpu_rule(const std::string& backend, Json& rules) {
  Json vendors = Json::array();
  for (const GpuVendor& vendor : k_gpu_vendors)
    if (gpu_backend_of(vendor.name) == backend) vendors.push_back(vendor.id);
  if (vendors.empty()) return;
  const Json expressions = {{"vendor", {{"op", "In"}, {"value", vendors}}},
                            {"class", {{"op", "In"}, {"value", k_gpu_classes}}}};
  rules.push_back(
      {{"name", "GPU for " + backend}, {"matchFeatures", matcher("pci.device", expressions)}});
}

}  // namespace

std::string print_compatibility(const Target& target, const std::set<std::string>& gpu_backends) {
  Json rules = Json::array();
  add_processor_rule(target, rules);
  for (const std::string& backend : gpu_backends) add_gpu_rule(backend, rules);
  const Json set = {{"description", "made for " + target.cpu.name}, {"rules", std::move(rules)}};
  return print_json({{"version", "v1alpha1"}, {"compatibilities", Json::array({set})}});
}

std::set<std::string> gpu_backends_of(const IrManifest& ir, const PointAssignment& values) {
  std::set<std::string> backends;
  for (const SpecializationPoint& point : ir.points) {
    const auto chosen = values.find(point.name);
    for (const PointValue& value : point.values) {
      if (chosen != values.end() && value.name == chosen->second &&
          !value.requirements.gpu_backend.empty())
        backends.insert(value.requirements.gpu_backend);
    }
  }
  return backends;
}

Result<Descriptor> put_compatibility(Layout& layout, const Descriptor& image,
                                     const std::string& specification) {
  ImageManifest artifact{.artifact_type = std::string(k_artifact)};
  artifact.subject =
      Descriptor{.media_type = image.media_type, .digest = image.digest, .size = image.size};
  XAAS_TRY(artifact.config, layout.put_blob("{}", k_media_empty));
  XAAS_TRY(const auto layer, layout.put_blob(specification, k_specification));
  artifact.layers = {layer};
  XAAS_TRY(auto descriptor, layout.put_blob(print_manifest(artifact), k_media_manifest));
  descriptor.platform = Platform{.architecture = "unknown", .os = "unknown"};
  return descriptor;
}

}  // namespace xaas
