// SPDX-License-Identifier: Apache-2.0

// The level of every processor that LLVM knows against the one that its documents say: the
// vendors' instruction tables for x86-64 (Intel's Architecture Instruction Set Extensions
// Reference and Software Developer's Manual, AMD's processor programming references) held against
// table 3.1 of the psABI, and the technical reference manuals of AArch64's cores. Written by hand:
// a processor that is not here fails the test.

#include "processor_family.hpp"

#include "xaas/targets/target.hpp"

#include <gtest/gtest.h>

#include <map>
#include <sstream>

namespace xaas {
namespace {

using Levels = std::map<std::string, std::string>;  // processors, by level

const Levels& documented_x86() {
  static const Levels levels = {
      // Without SSE4.2 or POPCNT. Barcelona has the second and not SSSE3; Bobcat the first of
      // neither.
      {"x86-64",
       "nocona core2 penryn bonnell atom k8 athlon64 athlon-fx opteron k8-sse3 athlon64-sse3 "
       "opteron-sse3 amdfam10 barcelona btver1 x86-64"},
      // Without AVX2: Sandy Bridge, Jaguar and Bulldozer have AVX alone, the small cores before
      // Gracemont not even that.
      {"x86-64-v2",
       "nehalem corei7 westmere sandybridge corei7-avx ivybridge core-avx-i silvermont slm "
       "goldmont goldmont-plus tremont btver2 bdver1 bdver2 bdver3 x86-64-v2"},
      // Without AVX-512, or (Knights Landing and Mill) without its BW, DQ and VL.
      {"x86-64-v3",
       "haswell core-avx2 broadwell skylake alderlake raptorlake meteorlake arrowlake arrowlake-s "
       "lunarlake gracemont pantherlake wildcatlake sierraforest grandridge clearwaterforest knl "
       "knm bdver4 znver1 znver2 znver3 x86-64-v3"},
      {"x86-64-v4",
       "skylake-avx512 skx cascadelake cooperlake cannonlake icelake-client rocketlake "
       "icelake-server tigerlake sapphirerapids graniterapids graniterapids-d emeraldrapids "
       "diamondrapids novalake znver4 znver5 x86-64-v4"}};
  return levels;
}

const Levels& documented_aarch64() {
  static const Levels levels = {
      {"armv8-a",
       "apple-a10 apple-a7 apple-a8 apple-a9 cortex-a34 cortex-a35 cortex-a53 cortex-a57 "
       "cortex-a72 cortex-a73 cyclone exynos-m3 falkor kryo thunderx thunderxt81 thunderxt83 "
       "thunderxt88"},
      {"armv8.1-a", "thunderx2t99"},
      {"armv8.2-a",
       "a64fx apple-a11 carmel cortex-a55 cortex-a65 cortex-a65ae cortex-a75 cortex-a76 "
       "cortex-a76ae cortex-a77 cortex-a78 cortex-a78ae cortex-a78c cortex-x1 cortex-x1c exynos-m4 "
       "exynos-m5 neoverse-e1 neoverse-n1 tsv110"},
      {"armv8.3-a", "apple-a12 apple-s4 apple-s5 thunderx3t110"},
      {"armv8.4-a",
       "apple-a13 apple-a14 apple-m1 apple-s6 apple-s7 apple-s8 neoverse-512tvb neoverse-v1 "
       "saphira"},
      {"armv8.6-a",
       "ampere1 ampere1a apple-a15 apple-a16 apple-a17 apple-m2 apple-m3 apple-s10 apple-s9 "
       "oryon-1"},
      // Apple's from A18 and M4 are Armv9.2-A without SVE2, which Armv9-A demands.
      {"armv8.7-a", "ampere1b apple-a18 apple-a19 apple-m4 apple-m5"},
      {"armv9-a",
       "cobalt-100 cortex-a510 cortex-a710 cortex-a715 cortex-x2 cortex-x3 grace neoverse-n2 "
       "neoverse-v2"},
      {"armv9.2-a",
       "ampere1c cortex-a320 cortex-a520 cortex-a520ae cortex-a720 cortex-a720ae cortex-a725 "
       "cortex-x4 cortex-x925 gb10 neoverse-n3 neoverse-v3 neoverse-v3ae olympus"},
      {"armv9.3-a", "c1-nano c1-premium c1-pro c1-ultra fujitsu-monaka"}};
  return levels;
}

/// Of all processors of the architecture, but for the names that are levels.
std::map<std::string, std::string> computed(const std::string& architecture) {
  std::map<std::string, std::string> levels;
  for (const auto& name : cpu_names(architecture))
    if (!name.starts_with("armv"))
      levels[name] = target_of_cpu(name, architecture).value().cpu.level;
  return levels;
}

std::map<std::string, std::string> by_processor(const Levels& levels) {
  std::map<std::string, std::string> level_of_name;
  for (const auto& [level, names] : levels) {
    std::istringstream words(names);
    for (std::string name; words >> name;) level_of_name[name] = level;
  }
  return level_of_name;
}

}  // namespace

TEST(ProcessorLevel, IsTheOneOfX86Documents) {
  EXPECT_EQ(computed("amd64"), by_processor(documented_x86()));
}

TEST(ProcessorLevel, IsTheOneOfAarch64Documents) {
  EXPECT_EQ(computed("arm64"), by_processor(documented_aarch64()));
}

TEST(ProcessorLevel, SaysWhatTheNextOneLacks) {
  EXPECT_EQ(target_of_cpu("knl").value().cpu.missing_for_next_level,
            (std::vector<std::string>{"avx512bw", "avx512dq", "avx512vl"}));
  EXPECT_EQ(level_after(target_of_cpu("knl").value()), "x86-64-v4");
  EXPECT_EQ(level_after(target_of_cpu("znver5").value()), "");
  EXPECT_EQ(level_after(Target{.architecture = "s390x"}), "");
  EXPECT_EQ(level_after(Target{.architecture = "arm64"}), "armv8-a");
}

}  // namespace xaas
