// SPDX-License-Identifier: Apache-2.0
#include "fake_host.hpp"
#include "riscv_processor.hpp"

#include "xaas/support/files.hpp"
#include "xaas/targets/target.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace xaas {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsSupersetOf;
using ::testing::Not;

class DetectSavedOther : public ::testing::Test {
 protected:
  Target detected(const std::string& cpuinfo) {
    EXPECT_TRUE(write_file(folder_.path() / "proc/cpuinfo", cpuinfo));
    return detect_saved(folder_.path()).value();
  }
  /// The keys are AT_ numbers.
  void save_auxiliary_vector(const std::map<std::uint64_t, std::uint64_t>& values) {
    std::string bytes;
    for (const auto& [key, value] : values)
      for (const std::uint64_t word : {key, value})
        for (unsigned at = 0; at < 64; at += 8) bytes += static_cast<char>(word >> at);
    ASSERT_TRUE(write_file(folder_.path() / "proc/self/auxv", bytes));
  }

  TemporaryFolder folder_ = TemporaryFolder::make().value();
};

constexpr const char* k_u74 =
    "processor\t: 0\nhart\t\t: 4\nisa\t\t: rv64imafdc\nmmu\t\t: sv39\nuarch\t\t: "
    "sifive,u74-mc\n\nprocessor\t: 1\nhart\t\t: 1\nisa\t\t: rv64imafdc\nmmu\t\t: sv39\nuarch\t\t: "
    "sifive,u74-mc\n\n";
constexpr const char* k_power9 =
    "processor\t: 0\ncpu\t\t: POWER9, altivec supported\nclock\t\t: 3666.000000MHz\nrevision\t: "
    "2.2 "
    "(pvr 004e 1202)\n\ntimebase\t: 512000000\nplatform\t: PowerNV\nmachine\t\t: PowerNV "
    "8335-GTX\n";

TEST_F(DetectSavedOther, DescribesARiscvMachine) {
  const Target target = detected(k_u74);
  EXPECT_EQ(target.architecture, "riscv64");
  EXPECT_EQ(target.triple, "riscv64-unknown-linux-gnu");
  EXPECT_EQ(target.cpu.name, "sifive-u74");
  EXPECT_EQ(target.cpu.vendor, "sifive");
  EXPECT_EQ(target.cpu.model, "sifive,u74-mc");
  EXPECT_EQ(target.cpu.level, "rva20u64");
  EXPECT_THAT(target.cpu.features, IsSupersetOf({"m", "a", "f", "d", "c", "zicsr", "zca"}));
  EXPECT_THAT(target.cpu.missing_for_next_level, IsSupersetOf({"zba", "zbb", "zbs"}));
  EXPECT_EQ(target.origins.at("architecture"), "/proc/cpuinfo");
  EXPECT_EQ(target.cpu.topology.threads, 2U);
  EXPECT_EQ(target.cpu.vector_bits, 0U);
  EXPECT_EQ(target.origins.at("cpu.features"), "/proc/cpuinfo");
  EXPECT_EQ(parse_target(print_target(target)).value(), target);
}

TEST_F(DetectSavedOther, TellsARiscvProcessorByItsRegisters) {
  const Target target = detected(
      "processor\t: 0\nisa\t\t: rv64imafdcv_zicbom_zicboz_zba_zbb_zbs_zfh_zfhmin_sscofpmf_zfuture\n"
      "uarch\t\t: spacemit,x60\nmvendorid\t: 0x710\nmarchid\t\t: 0x8000000058000001\nmimpid\t\t: "
      "0x1000000049772200\n");
  EXPECT_EQ(target.cpu.name, "spacemit-x60");
  EXPECT_EQ(target.cpu.vector_bits, 256U);
  EXPECT_THAT(target.cpu.features, IsSupersetOf({"v", "b", "zvl256b", "zve64d", "sscofpmf"}));
  EXPECT_THAT(target.cpu.features, Not(Contains("zfuture")));
  EXPECT_EQ(parse_target(print_target(target)).value(), target);
}

TEST_F(DetectSavedOther, TakesWhatEveryRiscvProcessorHas) {
  std::string text = k_u74;
  text.replace(text.find("rv64imafdc"), 10, "rv64imafdcv_zba");
  EXPECT_THAT(detected(text).cpu.features, Not(Contains("v")));
}

TEST_F(DetectSavedOther, SurvivesATruncatedRiscvMachine) {
  const std::string whole = k_u74;
  for (std::size_t size = 0; size < whole.size(); size += 5) {
    const Target target = detected(whole.substr(0, size));
    if (target.architecture == "riscv64") {
      EXPECT_EQ(parse_target(print_target(target)).value(), target);
    }
  }
}

TEST_F(DetectSavedOther, DescribesAPowerMachine) {
  const Target target = detected(k_power9);
  EXPECT_EQ(target.architecture, "ppc64le");
  EXPECT_EQ(target.triple, "powerpc64le-unknown-linux-gnu");
  EXPECT_EQ(target.cpu.name, "pwr9");
  EXPECT_EQ(target.cpu.vendor, "ibm");
  EXPECT_EQ(target.cpu.model, "POWER9");
  EXPECT_EQ(target.cpu.level, "power9");
  EXPECT_EQ(target.cpu.vector_bits, 128U);
  EXPECT_THAT(target.cpu.features, IsSupersetOf({"altivec", "vsx", "power9-vector", "crypto"}));
  EXPECT_THAT(target.cpu.features, Not(Contains("htm")));
  EXPECT_THAT(target.cpu.missing_for_next_level, Contains("mma"));
  EXPECT_EQ(target.origins.at("cpu.features"), "/proc/cpuinfo, llvm");
  EXPECT_EQ(parse_target(print_target(target)).value(), target);
}

TEST_F(DetectSavedOther, TakesAwayWhatThePowerKernelHides) {
  // All of POWER9, and then without vectors of VSX.
  constexpr std::uint64_t k_hwcap = 0xdc0065c2;
  constexpr std::uint64_t k_hwcap2 = 0xefe00000;
  save_auxiliary_vector({{6, 65536}, {16, k_hwcap}, {26, k_hwcap2}});
  const Target whole = detected(k_power9);
  EXPECT_EQ(whole.cpu.level, "power9");
  EXPECT_THAT(whole.cpu.features, Contains("htm"));
  EXPECT_EQ(whole.origins.at("cpu.features"), "/proc/cpuinfo, llvm, /proc/self/auxv");
  EXPECT_EQ(whole.system.page_size, 65536U);
  save_auxiliary_vector({{16, k_hwcap & ~std::uint64_t{0x80}}, {26, k_hwcap2}});
  const Target less = detected(k_power9);
  EXPECT_EQ(less.cpu.level, "");
  EXPECT_THAT(less.cpu.features, Not(Contains("power9-vector")));
  EXPECT_EQ(parse_target(print_target(less)).value(), less);
}

TEST_F(DetectSavedOther, AssumesOfAnUnknownPowerWhatItsAbiDemands) {
  const Target target = detected("cpu\t: POWER12 (raw)\nrevision\t: 1.0\n");
  EXPECT_EQ(target.cpu.level, "power8");
  EXPECT_EQ(target.cpu.name, "pwr8");
  EXPECT_EQ(target.origins.at("cpu.name"), "cpu.level");
  EXPECT_EQ(target.cpu.model, "POWER12 (raw)");
}

TEST(TargetOfCpu, KnowsRiscvAndPower) {
  EXPECT_EQ(target_of_cpu("sifive-u74").value().cpu.level, "rva20u64");
  EXPECT_EQ(target_of_cpu("sifive-p670").value().cpu.level, "rva22u64");
  EXPECT_EQ(target_of_cpu("tt-ascalon-d8").value().cpu.level, "rva23u64");
  EXPECT_EQ(target_of_cpu("rva23u64").value().cpu.name, "generic-rv64");
  EXPECT_EQ(target_of_cpu("pwr9").value().cpu.level, "power9");
  EXPECT_EQ(target_of_cpu("power10").value().cpu.name, "pwr10");
  EXPECT_EQ(target_of_cpu("pwr7").error().code(), "target.unknown-cpu");
  EXPECT_EQ(target_of_cpu("sifive-e31").error().code(), "target.unknown-cpu");
}

TEST(RiscvExtensions, AreThoseOfTheLine) {
  EXPECT_THAT(riscv_extensions("rv64imac_zba_xfoo"),
              ElementsAre("a", "c", "i", "m", "xfoo", "zba"));
  EXPECT_THAT(riscv_extensions("rv64imafdcsu"), ElementsAre("a", "c", "d", "f", "i", "m", "su"));
  EXPECT_THAT(riscv_extensions("rv64gc"), ElementsAre("a", "c", "d", "f", "i", "m"));
  EXPECT_THAT(riscv_extensions("rv32imac"), ElementsAre());
  EXPECT_THAT(riscv_extensions("rv64"), ElementsAre());
  EXPECT_THAT(riscv_extensions("rv64___"), ElementsAre());
}

}  // namespace
}  // namespace xaas
