// SPDX-License-Identifier: Apache-2.0
#include "fake_host.hpp"

#include "xaas/targets/target.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace xaas {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using testing::FakeHost;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::Not;
using ::testing::SizeIs;

// /proc/cpuinfo lines of a virtual Sapphire Rapids whose hypervisor hides pku, amx and some more.
constexpr const char* k_sapphire_rapids_vm =
    "processor\t: 0\nvendor_id\t: GenuineIntel\nmodel name\t: Intel(R) Xeon(R) Processor\n"
    "flags\t\t: fpu tsc cx8 cmov mmx fxsr sse sse2 ht syscall nx lm pni pclmulqdq ssse3 fma cx16 "
    "sse4_1 sse4_2 movbe popcnt aes xsave avx f16c rdrand hypervisor lahf_lm abm 3dnowprefetch "
    "fsgsbase bmi1 hle avx2 bmi2 invpcid rtm avx512f avx512dq rdseed adx avx512ifma clflushopt "
    "clwb avx512cd sha_ni avx512bw avx512vl xsaveopt xsavec xsaves avx_vnni avx512_bf16 "
    "avx512vbmi avx512_vbmi2 gfni vaes vpclmulqdq avx512_vnni avx512_bitalg avx512_vpopcntdq "
    "rdpid cldemote movdiri movdir64b serialize tsxldtrk avx512_fp16\n\n";
const FeatureSet k_hidden_in_sapphire_rapids_vm = {"pku",     "amx-tile", "amx-int8", "amx-bf16",
                                                   "waitpkg", "uintr",    "shstk",    "sgx",
                                                   "enqcmd",  "pconfig",  "ptwrite",  "wbnoinvd"};

FakeHost sapphire_rapids_vm() {
  FakeHost host;
  host.be_x86("sapphirerapids", k_hidden_in_sapphire_rapids_vm);
  host.its_features["rtm"] = true;  // not in the model's list in LLVM: it is often switched off
  host.files["/proc/cpuinfo"] = k_sapphire_rapids_vm;
  return host;
}

// Without libc in the fixture there is one sentence about it; the rest is about the processor.
std::vector<std::string> processor_notes(const Target& target) {
  auto notes = target.probe_errors;
  std::erase_if(notes, [](const std::string& note) { return note.contains("libc.so.6"); });
  return notes;
}

}  // namespace

TEST(DetectTarget, TakesTheNameForTuningAndNotForWhatAVirtualMachineHides) {
  const FakeHost host = sapphire_rapids_vm();
  const auto target = detect_target(host);
  EXPECT_EQ(target.name, "host");
  EXPECT_EQ(target.triple, "x86_64-unknown-linux-gnu");
  EXPECT_EQ(target.cpu.vendor, "intel");
  EXPECT_EQ(target.cpu.name, "sapphirerapids");
  EXPECT_EQ(target.cpu.tune, "sapphirerapids");
  EXPECT_EQ(target.cpu.level, "x86-64-v4");
  EXPECT_THAT(target.cpu.missing_for_next_level, IsEmpty());
  EXPECT_THAT(target.cpu.features, IsSupersetOf({"avx512fp16", "avxvnni", "64bit", "x87"}));
  EXPECT_THAT(target.cpu.features, Not(Contains("pku")));
  EXPECT_THAT(processor_notes(target), IsEmpty());
  EXPECT_EQ(target.origins.at("cpu.features"), "cpuid, /proc/cpuinfo");
  for (const auto& hidden : k_hidden_in_sapphire_rapids_vm)
    EXPECT_THAT(code_generation_features(target), Contains("-" + hidden));
}

TEST(DetectTarget, LeavesOutWhatAVirtualZen4DoesNotShow) {
  FakeHost host;
  host.be_x86("znver4", {"pku", "mwaitx", "rdpru", "wbnoinvd"});
  host.files["/proc/cpuinfo"] =
      "vendor_id : AuthenticAMD\nflags : fpu cx8 cmov mmx fxsr sse sse2 lm pni pclmulqdq ssse3 fma "
      "cx16 sse4_1 sse4_2 movbe popcnt aes xsave avx f16c rdrand lahf_lm abm sse4a 3dnowprefetch "
      "fsgsbase bmi1 avx2 bmi2 invpcid avx512f avx512dq rdseed adx avx512ifma clflushopt clwb "
      "avx512cd sha_ni avx512bw avx512vl xsaveopt xsavec xsaves avx512_bf16 clzero avx512vbmi "
      "avx512_vbmi2 gfni vaes vpclmulqdq avx512_vnni avx512_bitalg avx512_vpopcntdq rdpid\n";
  const auto target = detect_target(host);
  EXPECT_EQ(target.cpu.vendor, "amd");
  EXPECT_EQ(target.cpu.level, "x86-64-v4");
  EXPECT_THAT(processor_notes(target), IsEmpty());
  EXPECT_THAT(code_generation_features(target),
              ElementsAre("+invpcid", "+mmx", "-mwaitx", "-pku", "-rdpru", "-wbnoinvd"));
}

TEST(DetectTarget, TakesNoFeatureThatTheKernelHidesNorWhatNeedsIt) {
  FakeHost host = sapphire_rapids_vm();
  auto& text = host.files["/proc/cpuinfo"];
  text.replace(text.find(" avx512f "), 9, " ");
  const auto target = detect_target(host);
  EXPECT_EQ(target.cpu.level, "x86-64-v3");
  EXPECT_THAT(target.cpu.features, Not(Contains("avx512f")));
  EXPECT_THAT(target.cpu.features, Not(Contains("avx512bw")));
  EXPECT_THAT(target.cpu.features, Contains("avx2"));
  EXPECT_THAT(target.cpu.missing_for_next_level,
              ElementsAre("avx512bw", "avx512cd", "avx512dq", "avx512f", "avx512vl"));
  EXPECT_THAT(
      target.probe_errors,
      Contains("cpuid reports `avx512f` but /proc/cpuinfo does not list `avx512f`: taken as "
               "absent"));
  EXPECT_THAT(target.probe_errors,
              Contains("`avx512bw` is reported without a feature that it needs: taken as absent"));
}

TEST(DetectTarget, SaysWhichFlagCostTheLevel) {
  FakeHost host = sapphire_rapids_vm();
  host.its_features["avx512cd"] = false;
  const auto target = detect_target(host);
  EXPECT_EQ(target.cpu.level, "x86-64-v3");
  EXPECT_THAT(target.cpu.missing_for_next_level, ElementsAre("avx512cd"));
  EXPECT_THAT(target.probe_errors,
              Contains("`avx512cd` is in /proc/cpuinfo but cpuid does not report it usable: taken "
                       "as absent"));
}

TEST(DetectTarget, NamesAnUnknownModelByItsLevel) {
  FakeHost host;
  host.be_x86("haswell", {});
  host.its_cpu_name = "generic";
  const auto target = detect_target(host);
  EXPECT_EQ(target.cpu.name, "x86-64-v3");
  EXPECT_EQ(target.cpu.tune, "generic");
  EXPECT_EQ(target.origins.at("cpu.name"), "cpu.level");
}

TEST(DetectTarget, TakesAFlagOnlyWhenEveryProcessorHasIt) {
  FakeHost host = sapphire_rapids_vm();
  auto second = std::string(k_sapphire_rapids_vm);
  second.replace(second.find(" avx512_vnni"), 12, "");
  host.files["/proc/cpuinfo"] += second;
  EXPECT_THAT(detect_target(host).cpu.features, Not(Contains("avx512vnni")));
}

TEST(DetectTarget, WorksWithoutProcAndSaysSo) {
  FakeHost host = sapphire_rapids_vm();
  host.files.clear();
  const auto target = detect_target(host);
  EXPECT_EQ(target.cpu.level, "x86-64-v4");
  EXPECT_EQ(target.cpu.vendor, "intel");
  EXPECT_EQ(target.origins.at("cpu.features"), "cpuid");
  EXPECT_EQ(target.libc_version, "");
  EXPECT_THAT(processor_notes(target), ElementsAre("/proc/cpuinfo: no file `/proc/cpuinfo`"));
}

TEST(DetectTarget, SurvivesATruncatedCpuinfo) {
  FakeHost host = sapphire_rapids_vm();
  const std::string whole = k_sapphire_rapids_vm;
  for (std::size_t size = 0; size <= whole.size(); size += 7) {
    host.files["/proc/cpuinfo"] = whole.substr(0, size);
    const auto target = detect_target(host);
    EXPECT_EQ(target.cpu.name, "sapphirerapids");
    EXPECT_TRUE(parse_target(print_target(target)).has_value());
  }
}

TEST(DetectTarget, SurvivesBinaryGarbageInCpuinfo) {
  FakeHost host = sapphire_rapids_vm();
  auto& text = host.files["/proc/cpuinfo"];
  text.clear();
  for (int i = 0; i < 4096; ++i) text += static_cast<char>(i * 37);
  text += "\nvendor_id : \xff\xfe\nflags";
  const auto target = detect_target(host);
  EXPECT_EQ(target.cpu.level, "x86-64-v4");
  EXPECT_THAT(processor_notes(target), ElementsAre(HasSubstr("names no processor features")));
  EXPECT_TRUE(parse_target(print_target(target)).has_value());
}

TEST(DetectTarget, AssumesOnlyTheFirstLevelWhenCpuidIsSilent) {
  FakeHost host;
  const auto target = detect_target(host);
  EXPECT_EQ(target.cpu.level, "x86-64");
  EXPECT_EQ(target.cpu.name, "x86-64");
  EXPECT_THAT(processor_notes(target), SizeIs(2));
}

TEST(DetectTarget, DescribesAnArchitectureWithoutTables) {
  FakeHost host;
  host.its_architecture = "s390x";
  const auto target = detect_target(host);
  EXPECT_EQ(target.triple, "s390x-unknown-linux-gnu");
  EXPECT_THAT(target.probe_errors, Contains("processors of `s390x` are not in our tables"));
}

namespace {

FakeHost neoverse_v2(const std::string& more_flags) {
  FakeHost host;
  host.its_architecture = "arm64";
  host.its_cpu_name = "neoverse-v2";
  host.files["/proc/cpuinfo"] =
      "processor : 0\nFeatures : fp asimd evtstrm aes pmull sha1 sha2 crc32 atomics fphp asimdhp "
      "cpuid asimdrdm jscvt fcma lrcpc dcpop sha3 sm3 sm4 asimddp sha512 sve asimdfhm dit uscat "
      "ilrcpc flagm ssbs sb dcpodp sve2 sveaes svepmull svebitperm svesha3 svesm4 flagm2 frint "
      "svei8mm svebf16 i8mm bf16 dgh " +
      more_flags + "\nCPU implementer : 0x41\nCPU part : 0xd4f\n";
  return host;
}

}  // namespace

TEST(DetectTarget, ReadsAnArmProcessorFromTheKernelsFlags) {
  const FakeHost host = neoverse_v2("paca pacg bti rng mte");
  const auto target = detect_target(host);
  EXPECT_EQ(target.triple, "aarch64-unknown-linux-gnu");
  EXPECT_EQ(target.cpu.vendor, "arm");
  EXPECT_EQ(target.cpu.name, "neoverse-v2");
  EXPECT_EQ(target.cpu.level, "armv9-a");
  EXPECT_THAT(target.cpu.features,
              IsSupersetOf({"sve2", "sve-aes", "sm4", "bf16", "lse2", "v9a", "v8.5a"}));
  // The kernel shows the optional cryptography, which LLVM's neoverse-v2 has not.
  EXPECT_THAT(code_generation_features(target), Not(Contains(HasSubstr("-v"))));
}

TEST(DetectTarget, TakesTheVersionAwayWithAnExtensionThatTheKernelHides) {
  const FakeHost host = neoverse_v2("bti");
  const auto target = detect_target(host);
  EXPECT_EQ(target.cpu.level, "armv8.2-a");
  EXPECT_THAT(target.cpu.missing_for_next_level, ElementsAre("pauth"));
  EXPECT_THAT(target.cpu.features, IsSupersetOf({"sve2", "v8.2a"}));
  EXPECT_THAT(target.cpu.features, Not(Contains("v9a")));
  EXPECT_THAT(code_generation_features(target), IsSupersetOf({"-pauth", "-v8.3a", "-v9a"}));
}

TEST(DetectTarget, KeepsTheVersionOfACoreWhoseErratumHidesAMitigation) {
  FakeHost host = neoverse_v2("paca pacg bti");
  auto& text = host.files["/proc/cpuinfo"];
  text.erase(text.find("ssbs "), 5);
  const auto target = detect_target(host);
  EXPECT_EQ(target.cpu.level, "armv9-a");
  EXPECT_THAT(code_generation_features(target), Not(Contains(HasSubstr("-v"))));
  host.its_cpu_name = "generic";
  EXPECT_EQ(detect_target(host).cpu.level, "armv9.1-a");
}

TEST(DetectTarget, AssumesOnlyTheFirstArmLevelWhenTheKernelIsSilent) {
  FakeHost host = neoverse_v2("");
  host.files.clear();
  const auto target = detect_target(host);
  EXPECT_EQ(target.cpu.level, "armv8-a");
  EXPECT_THAT(code_generation_features(target), IsSupersetOf({"-sve", "-v9a"}));
}

TEST(DetectTarget, DescribesAnUnknownArmProcessorByItsFlagsAlone) {
  FakeHost host = neoverse_v2("paca pacg bti");
  host.its_cpu_name = "generic";
  const auto target = detect_target(host);
  EXPECT_EQ(target.cpu.name, "generic");
  // All instructions of armv9.1-a are there, although the core implements v9.0.
  EXPECT_EQ(target.cpu.level, "armv9.1-a");
  EXPECT_THAT(target.cpu.features, IsSupersetOf({"sve2", "v9.1a", "ras"}));
  EXPECT_THAT(target.cpu.features, Not(Contains("v9.2a")));
  EXPECT_THAT(target.cpu.features, Not(Contains("specres2")));
  EXPECT_TRUE(parse_target(print_target(target)).has_value());
}

}  // namespace xaas
