// SPDX-License-Identifier: Apache-2.0
#include "gpu_tools.hpp"

#include "fake_host.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace xaas {
namespace {

using ::testing::ElementsAre;
using testing::FakeHost;
using ::testing::IsEmpty;

constexpr std::uint64_t k_gibibyte = std::uint64_t{1} << 30U;

/// Shortened, with its columns as they are.
constexpr std::string_view k_rocminfo = R"(ROCk module is loaded
=====================
HSA System Attributes
=====================
Runtime Version:         1.1
==========
HSA Agents
==========
*******
Agent 1
*******
  Name:                    AMD EPYC 7A53 64-Core Processor
  Marketing Name:          AMD EPYC 7A53 64-Core Processor
  Device Type:             CPU
  Pool Info:
    Pool 1
      Segment:                 GLOBAL; FLAGS: FINE GRAINED
      Size:                    131420028(0x7d5537c) KB
*******
Agent 2
*******
  Name:                    gfx90a
  Marketing Name:          AMD Instinct MI250X
  Device Type:             GPU
  Cache Info:
    L1:                      16(0x10) KB
  Pool Info:
    Pool 1
      Segment:                 GLOBAL; FLAGS: COARSE GRAINED
      Size:                    67092480(0x3ffc000) KB
    Pool 2
      Segment:                 GROUP
      Size:                    64(0x40) KB
  ISA Info:
    ISA 1
      Name:                    amdgcn-amd-amdhsa--gfx90a:sramecc+:xnack-
*******
Agent 3
*******
  Name:                    gfx90a
  Marketing Name:
  Device Type:             GPU
*** Done ***
)";

TEST(GpusOfRocminfo, AreTheAgentsThatAreGpus) {
  EXPECT_THAT(gpus_of_rocminfo(k_rocminfo),
              ElementsAre(Gpu{.vendor = "amd",
                              .name = "AMD Instinct MI250X",
                              .architecture = "gfx90a",
                              .memory = std::uint64_t{67092480} << 10U},
                          Gpu{.vendor = "amd", .architecture = "gfx90a"}));
}

TEST(GpusOfXpuSmi, HaveNameAndMemory) {
  EXPECT_THAT(gpus_of_xpu_smi("Device Name,Memory Physical Size\n"
                              "\"Intel(R) Data Center GPU Max 1550\",\"131072.00 MiB\"\n"
                              "\"Intel(R) Data Center GPU Max 1550\",\"\"\n"),
              ElementsAre(Gpu{.vendor = "intel",
                              .name = "Intel(R) Data Center GPU Max 1550",
                              .memory = 128 * k_gibibyte},
                          Gpu{.vendor = "intel", .name = "Intel(R) Data Center GPU Max 1550"}));
}

TEST(GpusOfSyclLs, AreThoseOfLevelZero) {
  EXPECT_THAT(
      gpus_of_sycl_ls(
          "[level_zero:gpu][level_zero:0] Intel(R) oneAPI Unified Runtime over Level-Zero, "
          "Intel(R) Data Center GPU Max 1550 12.60.7 [1.6.31294]\n"
          "[ext_oneapi_level_zero:gpu:1] Intel(R) Level-Zero, Intel(R) Arc(TM) A770 1.3 [1.3.25]\n"
          "[opencl:cpu][opencl:0] Intel(R) OpenCL, Intel(R) Xeon(R) CPU Max 9470C OpenCL 3.0 [1]\n"
          "[opencl:gpu][opencl:1] Intel(R) OpenCL Graphics, Intel(R) Data Center GPU Max 1550 "
          "OpenCL 3.0 NEO [24.39]\n"),
      ElementsAre(Gpu{.vendor = "intel", .name = "Intel(R) Data Center GPU Max 1550"},
                  Gpu{.vendor = "intel", .name = "Intel(R) Arc(TM) A770"}));
}

TEST(GpusOfTools, AreNoneInGarbage) {
  const std::string garbage("\xff\xfe\0,,,\n\",\n[level_zero:gpu\nAgent \n  Name:\nAgent 1\n", 52);
  for (auto* read : {gpus_of_nvidia_smi, gpus_of_rocminfo, gpus_of_xpu_smi, gpus_of_sycl_ls}) {
    EXPECT_THAT(read(""), IsEmpty());
    EXPECT_THAT(read("\n\n,\n,,,\n"), IsEmpty());
    read(garbage);
  }
  EXPECT_THAT(gpus_of_rocminfo("Agent 1\n  Name: x86\n  Device Type: GPU\n"), IsEmpty());
}

TEST(AskGpuTool, TakesTheFirstThatIsThere) {
  FakeHost host;
  EXPECT_EQ(ask_gpu_tool(host, "intel").tool, "");
  host.answers["sycl-ls"] = "[level_zero:gpu][level_zero:0] P, Intel(R) GPU 12.60.7 [1]\n";
  EXPECT_EQ(ask_gpu_tool(host, "intel").tool, "sycl-ls");
  host.answers["xpu-smi"] = "\"Intel(R) GPU\",\"1024.00 MiB\"\n";
  EXPECT_EQ(ask_gpu_tool(host, "intel").tool, "xpu-smi");
  EXPECT_EQ(ask_gpu_tool(host, "intel").gpus.front().memory, k_gibibyte);
  host.answers["/opt/rocm/bin/rocminfo"] = k_rocminfo;
  EXPECT_EQ(ask_gpu_tool(host, "amd").tool, "rocminfo");
}

TEST(AskGpuTool, SaysWhatIsWrongWithAnAnswer) {
  FakeHost host;
  host.answers["nvidia-smi"] = "No devices were found\n";
  EXPECT_EQ(ask_gpu_tool(host, "nvidia").problem,
            "nvidia-smi tells of no GPU, and the kernel of some");
  host.answers["nvidia-smi"].clear();
  for (int i = 0; i < 5000; ++i) host.answers["nvidia-smi"] += "a,b,c,d\n";
  EXPECT_EQ(ask_gpu_tool(host, "nvidia").problem,
            "nvidia-smi tells of more GPUs than any machine has, and the kernel of some");
  EXPECT_THAT(ask_gpu_tool(host, "nvidia").gpus, IsEmpty());
}

}  // namespace
}  // namespace xaas
