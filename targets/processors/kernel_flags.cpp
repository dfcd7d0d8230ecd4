// SPDX-License-Identifier: Apache-2.0
#include "kernel_flags.hpp"

#include "kernel_files.hpp"
#include "riscv_processor.hpp"

#include "xaas/support/text.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <map>
#include <optional>

namespace xaas {
namespace {

FeatureSet words_of(std::string_view text) {
  FeatureSet words;
  while (!(text = trimmed(text)).empty()) {
    const auto end = std::min(text.find_first_of(" \t"), text.size());
    words.emplace(text.substr(0, end));
    text.remove_prefix(end);
  }
  return words;
}

unsigned number_in(std::string_view text) {
  unsigned number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

// Names of x86's cpuid leaf 0, and AArch64's implementer codes (MIDR_EL1).
std::string vendor_name(std::string_view value) {
  static const std::map<std::string_view, std::string_view> names = {
      {"GenuineIntel", "intel"},   {"AuthenticAMD", "amd"}, {"HygonGenuine", "hygon"},
      {"CentaurHauls", "centaur"}, {"Shanghai", "zhaoxin"}, {"0x41", "arm"},
      {"0x42", "broadcom"},        {"0x43", "cavium"},      {"0x46", "fujitsu"},
      {"0x48", "hisilicon"},       {"0x4e", "nvidia"},      {"0x51", "qualcomm"},
      {"0x53", "samsung"},         {"0x61", "apple"},       {"0x6d", "microsoft"},
      {"0x70", "phytium"},         {"0xc0", "ampere"}};
  const auto found = names.find(value);
  return found == names.end() ? "" : std::string(found->second);
}

// x86's, RISC-V's and POWER's.
bool is_model_name(std::string_view key) {
  return key == "model name" || key == "uarch" || key == "cpu";
}

// Of the first processor that has such a line: AArch64's and RISC-V's come after the flags.
void read_names(std::string_view key, std::string_view value, KernelProcessor& processor) {
  if ((key == "vendor_id" || key == "CPU implementer") && processor.vendor.empty())
    processor.vendor = vendor_name(value);
  if (is_model_name(key) && processor.model_name.empty())
    processor.model_name = readable(value.substr(0, value.find(", altivec")));
  if (key == "cpu family" && processor.family == 0) processor.family = number_in(value);
  if (key == "model" && processor.model == 0) processor.model = number_in(value);
}

}  // namespace

KernelProcessor parse_cpuinfo(std::string_view text) {
  KernelProcessor processor;
  std::optional<FeatureSet> flags;
  while (!text.empty()) {
    const auto field = parse_field(take_line(text));
    if (!field) continue;
    const auto [key, value] = *field;
    read_names(key, value, processor);
    if (key != "flags" && key != "Features" && key != "isa") continue;
    auto words = key == "isa" ? riscv_extensions(value) : words_of(value);
    if (flags)
      std::erase_if(words, [&](const std::string& word) { return !flags->contains(word); });
    flags = std::move(words);
  }
  processor.flags = std::move(flags).value_or(FeatureSet{});
  return processor;
}

// NOLINTBEGIN(modernize-use-designated-initializers): tables
const std::vector<KernelFlag>& x86_kernel_flags() {
  static const std::vector<KernelFlag> flags = {
      {"sse3", {"pni"}},
      {"ssse3", {"ssse3"}},
      {"sse4.1", {"sse4_1"}},
      {"sse4.2", {"sse4_2"}},
      {"sse4a", {"sse4a"}},
      {"popcnt", {"popcnt"}},
      {"cx16", {"cx16"}},
      {"sahf", {"lahf_lm"}},
      {"aes", {"aes"}},
      {"pclmul", {"pclmulqdq"}},
      {"xsave", {"xsave"}},
      {"avx", {"avx"}},
      {"avx2", {"avx2"}},
      {"f16c", {"f16c"}},
      {"fma", {"fma"}},
      {"fma4", {"fma4"}},
      {"xop", {"xop"}},
      {"tbm", {"tbm"}},
      {"bmi", {"bmi1"}},
      {"bmi2", {"bmi2"}},
      {"lzcnt", {"abm"}},
      {"movbe", {"movbe"}},
      {"adx", {"adx"}},
      {"rdrnd", {"rdrand"}},
      {"rdseed", {"rdseed"}},
      {"rtm", {"rtm"}},
      {"sha", {"sha_ni"}},
      // Set by the processor, usable only where the kernel enabled protection keys.
      {"pku", {"ospke"}},
      {"prfchw", {"3dnowprefetch"}},
      {"clflushopt", {"clflushopt"}},
      {"clwb", {"clwb"}},
      {"clzero", {"clzero"}},
      {"mwaitx", {"mwaitx"}},
      {"xsaveopt", {"xsaveopt"}},
      {"xsavec", {"xsavec"}},
      {"xsaves", {"xsaves"}},
      {"avx512f", {"avx512f"}},
      {"avx512dq", {"avx512dq"}},
      {"avx512ifma", {"avx512ifma"}},
      {"avx512cd", {"avx512cd"}},
      {"avx512bw", {"avx512bw"}},
      {"avx512vl", {"avx512vl"}},
      {"avx512vbmi", {"avx512vbmi"}},
      {"avx512vbmi2", {"avx512_vbmi2"}},
      {"avx512vnni", {"avx512_vnni"}},
      {"avx512bitalg", {"avx512_bitalg"}},
      {"avx512vpopcntdq", {"avx512_vpopcntdq"}},
      {"gfni", {"gfni"}},
      {"vaes", {"vaes"}},
      {"vpclmulqdq", {"vpclmulqdq"}}};
  return flags;
}

const std::vector<KernelFlag>& aarch64_kernel_flags() {
  // Documentation/arch/arm64/elf_hwcaps.rst; only flags whose feature LLVM knows.
  static const std::vector<KernelFlag> flags = {{"fp-armv8", {"fp"}},
                                                {"neon", {"asimd"}},
                                                {"aes", {"aes", "pmull"}},
                                                {"sha2", {"sha1", "sha2"}},
                                                {"crc", {"crc32"}},
                                                {"lse", {"atomics"}},
                                                {"fullfp16", {"fphp", "asimdhp"}},
                                                {"rdm", {"asimdrdm"}},
                                                {"jsconv", {"jscvt"}},
                                                {"complxnum", {"fcma"}},
                                                {"rcpc", {"lrcpc"}},
                                                {"rcpc-immo", {"ilrcpc"}},
                                                {"ccpp", {"dcpop"}},
                                                {"ccdp", {"dcpodp"}},
                                                {"sha3", {"sha3", "sha512"}},
                                                {"sm4", {"sm3", "sm4"}},
                                                {"dotprod", {"asimddp"}},
                                                {"fp16fml", {"asimdfhm"}},
                                                {"dit", {"dit"}},
                                                {"lse2", {"uscat"}},
                                                {"flagm", {"flagm"}},
                                                {"altnzcv", {"flagm2"}},
                                                {"fptoint", {"frint"}},
                                                {"sb", {"sb"}},
                                                {"pauth", {"paca", "pacg"}},
                                                {"bti", {"bti"}},
                                                {"mte", {"mte"}},
                                                {"rand", {"rng"}},
                                                {"i8mm", {"i8mm"}},
                                                {"bf16", {"bf16"}},
                                                {"sve", {"sve"}},
                                                {"f32mm", {"svef32mm"}},
                                                {"f64mm", {"svef64mm"}},
                                                {"sve2", {"sve2"}},
                                                {"sve2p1", {"sve2p1"}},
                                                {"sve-aes", {"sveaes", "svepmull"}},
                                                {"sve-bitperm", {"svebitperm"}},
                                                {"sve-sha3", {"svesha3"}},
                                                {"sve-sm4", {"svesm4"}},
                                                {"sme", {"sme"}},
                                                {"sme2", {"sme2"}},
                                                {"sme2p1", {"sme2p1"}},
                                                {"sme-i16i64", {"smei16i64"}},
                                                {"sme-f64f64", {"smef64f64"}},
                                                {"sme-fa64", {"smefa64"}},
                                                {"wfxt", {"wfxt"}},
                                                {"mops", {"mops"}},
                                                {"hbc", {"hbc"}},
                                                {"cssc", {"cssc"}},
                                                {"rcpc3", {"lrcpc3"}},
                                                {"lse128", {"lse128"}},
                                                {"gcs", {"gcs"}}};
  return flags;
}
// NOLINTEND(modernize-use-designated-initializers)

FeatureSet x86_features_shown(const FeatureSet& flags) {
  const ProcessorFamily& family = x86_family();
  auto features = family.features_of(family.levels().front().name).value_or(FeatureSet{});
  // Most are called alike, but for dots and dashes: "amx-tile" and "amx_tile".
  for (const std::string& feature : family.known_features()) {
    std::string flag = feature;
    std::ranges::replace_if(flag, [](char letter) { return letter == '.' || letter == '-'; }, '_');
    if (flags.contains(flag)) features.insert(feature);
  }
  for (const auto& [feature, flag] : {std::pair{"avxvnni", "avx_vnni"},
                                      {"avx512bf16", "avx512_bf16"},
                                      {"avx512fp16", "avx512_fp16"},
                                      {"avx512vp2intersect", "avx512_vp2intersect"},
                                      {"shstk", "user_shstk"},
                                      {"sgx", "sgx_lc"}}) {
    if (flags.contains(flag)) features.insert(feature);
  }
  for (const KernelFlag& entry : x86_kernel_flags()) {
    if (kernel_shows(entry, flags)) {
      features.insert(std::string(entry.feature));
    } else {
      features.erase(std::string(entry.feature));
    }
  }
  // No flag tells of these, and no processor has them apart.
  if (features.contains("sse4.2")) features.insert("crc32");
  drop_incomplete(family, features);
  return features;
}

bool kernel_shows(const KernelFlag& entry, const FeatureSet& flags) {
  return std::ranges::all_of(
      entry.flags, [&](std::string_view flag) { return flags.contains(std::string(flag)); });
}

}  // namespace xaas
