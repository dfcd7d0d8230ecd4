// SPDX-License-Identifier: Apache-2.0
#include "host_probe.hpp"
#include "x86_models.hpp"

#include "xaas/support/files.hpp"
#include "xaas/targets/target.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

namespace xaas {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using ::testing::Not;

namespace fs = std::filesystem;

class DetectSaved : public ::testing::Test {
 protected:
  void save(const std::string& path, const std::string& text) {
    ASSERT_TRUE(write_file(folder_.path() / path, text));
  }
  Target detected() { return detect_saved(folder_.path()).value(); }

  TemporaryFolder folder_ = TemporaryFolder::make().value();
};

constexpr const char* k_zen4 =
    "processor\t: 0\nvendor_id\t: AuthenticAMD\ncpu family\t: 25\nmodel\t\t: 17\nmodel name\t: AMD "
    "EPYC 9654 96-Core Processor\nflags\t\t: fpu cx8 cmov mmx fxsr sse sse2 lm pni pclmulqdq ssse3 "
    "fma cx16 sse4_1 sse4_2 movbe popcnt aes xsave avx f16c rdrand lahf_lm abm sse4a 3dnowprefetch "
    "fsgsbase bmi1 avx2 bmi2 invpcid avx512f avx512dq rdseed adx avx512ifma clflushopt clwb "
    "avx512cd sha_ni avx512bw avx512vl xsaveopt xsavec xsaves avx512_bf16 clzero avx512vbmi "
    "avx512_vbmi2 gfni vaes vpclmulqdq avx512_vnni avx512_bitalg avx512_vpopcntdq rdpid\n\n";

TEST_F(DetectSaved, IsTheMachineThatTheTreeIsOf) {
  save("proc/cpuinfo", k_zen4);
  const Target target = detected();
  EXPECT_EQ(target.architecture, "amd64");
  EXPECT_EQ(target.cpu.name, "znver4");
  EXPECT_EQ(target.cpu.vendor, "amd");
  EXPECT_EQ(target.cpu.level, "x86-64-v4");
  EXPECT_THAT(target.cpu.features, IsSupersetOf({"avx512bf16", "crc32", "sse4a", "64bit"}));
  // The name has it, and the kernel does not show it.
  EXPECT_THAT(target.cpu.features, Not(Contains("pku")));
  EXPECT_EQ(target.origins.at("cpu.features"), "/proc/cpuinfo");
  // Nothing was saved that could tell.
  EXPECT_FALSE(target.blas);
  EXPECT_FALSE(target.fft);
  EXPECT_EQ(target.interconnect, Interconnect());
  EXPECT_EQ(parse_target(print_target(target)).value(), target);
}

TEST_F(DetectSaved, SaysWhichFlagCostALevel) {
  std::string text = k_zen4;
  text.erase(text.find("avx512cd "), 9);
  save("proc/cpuinfo", text);
  const Target target = detected();
  EXPECT_EQ(target.cpu.level, "x86-64-v3");
  EXPECT_EQ(target.cpu.missing_for_next_level, std::vector<std::string>{"avx512cd"});
}

TEST_F(DetectSaved, KnowsAArch64ByItsParts) {
  save("proc/cpuinfo",
       "processor\t: 0\nFeatures\t: fp asimd evtstrm sha1 sha2 crc32 atomics fphp asimdhp cpuid "
       "asimdrdm fcma dcpop sve\nCPU implementer\t: 0x46\nCPU architecture: 8\nCPU variant\t: "
       "0x1\nCPU part\t: 0x001\nCPU revision\t: 0\n");
  const Target target = detected();
  EXPECT_EQ(target.architecture, "arm64");
  EXPECT_EQ(target.cpu.name, "a64fx");
  EXPECT_EQ(target.cpu.vendor, "fujitsu");
  EXPECT_THAT(target.cpu.features, Contains("sve"));
}

TEST_F(DetectSaved, FindsGpusAndNeverAsksThisMachine) {
  save("proc/cpuinfo", k_zen4);
  const fs::path devices = folder_.path() / "sys/bus/pci/devices";
  save("sys/devices/pci0000:00/0000:41:00.0/class", "0x030200\n");
  save("sys/devices/pci0000:00/0000:41:00.0/vendor", "0x10de\n");
  save("sys/devices/pci0000:00/0000:41:00.0/device", "0x20b0\n");
  fs::create_directories(devices);
  fs::create_symlink("../../../devices/pci0000:00/0000:41:00.0", devices / "0000:41:00.0");
  fs::create_symlink("../../../bus/pci/drivers/nvidia",
                     folder_.path() / "sys/devices/pci0000:00/0000:41:00.0/driver");
  const Target target = detected();
  ASSERT_EQ(target.gpus.value().size(), 1U);
  EXPECT_EQ(target.gpus->front().architecture, "sm_80");
}

TEST_F(DetectSaved, SaysThatThereIsNoGlibcOnlyWhereItCouldLook) {
  save("proc/cpuinfo", k_zen4);
  EXPECT_EQ(detected().libc_name, "");
  save("lib/ld-musl-x86_64.so.1", "");
  EXPECT_EQ(detected().libc_name, "none");
}

TEST_F(DetectSaved, LeavesTheTreeByNoLink) {
  save("proc/cpuinfo", k_zen4);
  fs::create_directories(folder_.path() / "etc");
  fs::create_symlink("/etc/ld.so.cache", folder_.path() / "etc/ld.so.cache");
  fs::create_symlink("/usr", folder_.path() / "usr");
  EXPECT_EQ(detected().libc_version, "");
}

TEST_F(DetectSaved, MakesTheBestOfGarbage) {
  save("proc/cpuinfo", std::string("\0\xff\xfe: :\nflags:\nmodel\t: 99999999999999\n", 38));
  save("sys/bus/pci/devices/x/class", std::string(3, '\0'));
  const Target target = detected();
  EXPECT_EQ(target.architecture, "amd64");
  EXPECT_EQ(target.cpu.name, "x86-64");
  EXPECT_THAT(target.probe_errors, Contains(HasSubstr("names no processor features")));
}

TEST_F(DetectSaved, IsRefusedWithoutATree) {
  const auto target = detect_saved(folder_.path() / "nowhere");
  ASSERT_FALSE(target);
  EXPECT_EQ(target.error().code(), "target.no-root");
}

TEST(LiveHost, TellsAFailureFromAProgramThatIsNotThere) {
  const auto host = live_host();
  EXPECT_EQ(host->ask({"sh", "-c", "echo $LC_ALL"}).value(), "C\n");
  const auto failure = host->ask({"sh", "-c", "echo why >&2; exit 3"});
  ASSERT_FALSE(failure);
  EXPECT_EQ(failure.error().code(), "target.no-answer");
  EXPECT_EQ(failure.error().message(), "it ended with 3: why");
  EXPECT_EQ(host->ask({"xaas-no-such-program"}).error().kind(), ErrorKind::not_found);
  EXPECT_EQ(host->list("/no/such/folder").error().kind(), ErrorKind::not_found);
}

TEST(X86CpuName, IsOneThatLlvmKnows) {
  const auto& known = x86_family().cpu_names();
  for (const std::string vendor : {"intel", "amd"}) {
    std::set<std::string> names;
    for (unsigned family = 0; family < 0x20; ++family) {
      for (unsigned model = 0; model < 0x100; ++model)
        names.insert(x86_cpu_name({.vendor = vendor, .family = family, .model = model}));
    }
    names.erase("");
    EXPECT_GT(names.size(), 10U);
    for (const std::string& name : names) EXPECT_THAT(known, Contains(name));
  }
}

TEST(X86CpuName, TellsServersOfOneNumberByWhatTheyHave) {
  const KernelProcessor plain{.vendor = "intel", .family = 6, .model = 0x55};
  EXPECT_EQ(x86_cpu_name(plain), "skylake-avx512");
  KernelProcessor more = plain;
  more.flags = {"avx512_vnni"};
  EXPECT_EQ(x86_cpu_name(more), "cascadelake");
  more.flags.insert("avx512_bf16");
  EXPECT_EQ(x86_cpu_name(more), "cooperlake");
}

}  // namespace
}  // namespace xaas
