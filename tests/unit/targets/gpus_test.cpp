// SPDX-License-Identifier: Apache-2.0
#include "gpus.hpp"

#include "fake_host.hpp"
#include "gpu_models.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace xaas {
namespace {

using ::testing::ElementsAre;
using testing::FakeHost;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct PciDevice {
  std::string address;
  std::string code;  // class
  std::string vendor;
  std::string device;
  std::string driver;
};

FakeHost with_devices(const std::vector<PciDevice>& devices) {
  FakeHost host;
  for (const PciDevice& device : devices) {
    const std::string folder = "/sys/bus/pci/devices/" + device.address;
    host.files[folder + "/class"] = device.code + "\n";
    host.files[folder + "/vendor"] = device.vendor + "\n";
    host.files[folder + "/device"] = device.device + "\n";
    if (!device.driver.empty())
      host.links[folder + "/driver"] = "../../../../bus/pci/drivers/" + device.driver;
  }
  return host;
}

/// `count` devices that are alike, beside a host bridge and a server's console.
FakeHost node_of(unsigned count, const PciDevice& gpu) {
  std::vector<PciDevice> devices{
      {"0000:00:00.0", "0x060000", "0x8086", "0x09a2", ""},
      {"0000:02:00.0", "0x030000", "0x1a03", "0x2000", "ast"},
  };
  for (unsigned i = 0; i < count; ++i) {
    devices.push_back(gpu);
    devices.back().address = fmt::format("0000:{:02x}:00.0", 0x10 + i);
  }
  return with_devices(devices);
}

TEST(FindGpus, AreWhatThePciBusHas) {
  const auto found = find_gpus(node_of(4, {"", "0x030200", "0x10de", "0x20b0", "nvidia"}));
  EXPECT_THAT(found.gpus.value(),
              ElementsAre(Gpu{
                  .vendor = "nvidia", .architecture = "sm_80", .count = 4, .driver = "nvidia"}));
  EXPECT_EQ(found.origin, "pci");
  EXPECT_THAT(found.problems, IsEmpty());
}

TEST(FindGpus, AreNoneWhereTheBusHasNone) {
  const auto found = find_gpus(node_of(0, {}));
  EXPECT_THAT(found.gpus.value(), IsEmpty());
}

TEST(FindGpus, AreUnknownWithoutABus) {
  const auto found = find_gpus(FakeHost());
  EXPECT_FALSE(found.gpus.has_value());
}

TEST(FindGpus, NeedADriverThatProgramsCanUse) {
  const auto found = find_gpus(with_devices({
      {"0000:01:00.0", "0x030000", "0x10de", "0x1eb8", "nouveau"},
      {"0000:02:00.0", "0x030200", "0x10de", "0x20b0", "vfio-pci"},
      {"0000:03:00.0", "0x038000", "0x1002", "0x7408", ""},
  }));
  EXPECT_THAT(found.gpus.value(), IsEmpty());
  EXPECT_THAT(found.problems,
              ElementsAre("the nvidia GPU 10de:1eb8 at 0000:01:00.0 has the driver `nouveau`: no "
                          "program can use it",
                          "the nvidia GPU 10de:20b0 at 0000:02:00.0 has the driver `vfio-pci`: no "
                          "program can use it",
                          "the amd GPU 1002:7408 at 0000:03:00.0 has no driver: no program can "
                          "use it"));
}

TEST(FindGpus, BelieveTheVendorsTool) {
  auto host = node_of(2, {"", "0x030200", "0x10de", "0x2fff", "nvidia"});
  host.answers["nvidia-smi"] = "NVIDIA X1, 12.1, 97871, 570.10\nNVIDIA X1, 12.1, 97871, 570.10\n";
  const auto found = find_gpus(host);
  EXPECT_THAT(found.gpus.value(), ElementsAre(Gpu{.vendor = "nvidia",
                                                  .name = "NVIDIA X1",
                                                  .architecture = "sm_121",
                                                  .count = 2,
                                                  .memory = std::uint64_t{97871} << 20U,
                                                  .driver = "nvidia 570.10"}));
  EXPECT_EQ(found.origin, "pci, nvidia-smi");
}

TEST(FindGpus, AreThoseOfTheJobWhereTheToolTellsOfFewer) {
  auto host = node_of(4, {"", "0x030200", "0x10de", "0x20b0", "nvidia"});
  host.answers["nvidia-smi"] = "NVIDIA A100-SXM4-40GB, 8.0, 40960, 550.54.15\n";
  const auto found = find_gpus(host);
  ASSERT_EQ(found.gpus.value().size(), 1U);
  EXPECT_EQ(found.gpus->front().count, 1U);
  EXPECT_EQ(found.gpus->front().architecture, "sm_80");
}

TEST(FindGpus, DoWithoutAToolThatHangs) {
  auto host = node_of(1, {"", "0x030200", "0x10de", "0x2330", "nvidia"});
  host.failures["nvidia-smi"] = "no answer within 5 s";
  const auto found = find_gpus(host);
  EXPECT_EQ(found.gpus.value().front().architecture, "sm_90");
  EXPECT_THAT(found.problems, ElementsAre("nvidia-smi: no answer within 5 s"));
}

TEST(FindGpus, TakeNamesFromNvidiasDriver) {
  auto host = node_of(1, {"", "0x030200", "0x10de", "0x2342", "nvidia"});
  host.files["/sys/module/nvidia/version"] = "550.54.15\n";
  host.files["/proc/driver/nvidia/gpus/0000:10:00.0/information"] =
      "Model: \t\t NVIDIA GH200 120GB\nIRQ:   \t\t 0\n";
  const auto found = find_gpus(host);
  EXPECT_THAT(found.gpus.value(), ElementsAre(Gpu{.vendor = "nvidia",
                                                  .name = "NVIDIA GH200 120GB",
                                                  .architecture = "sm_90",
                                                  .driver = "nvidia 550.54.15"}));
}

TEST(FindGpus, AreWhatAmdsTopologySays) {
  auto host = node_of(2, {"", "0x038000", "0x1002", "0xffff", "amdgpu"});
  const std::string nodes = "/sys/class/kfd/kfd/topology/nodes/";
  host.files[nodes + "0/properties"] = "cpu_cores_count 64\ngfx_target_version 0\n";
  for (const char* node : {"1", "2"})
    host.files[nodes + node + "/properties"] = "simd_count 440\ngfx_target_version 90010\n";
  auto found = find_gpus(host);
  EXPECT_THAT(
      found.gpus.value(),
      ElementsAre(Gpu{.vendor = "amd", .architecture = "gfx90a", .count = 2, .driver = "amdgpu"}));
  EXPECT_EQ(found.origin, "pci, kfd");
  // A container that has the one and not the other.
  std::erase_if(host.files, [](const auto& file) { return file.first.starts_with("/sys/bus"); });
  found = find_gpus(host);
  EXPECT_EQ(found.gpus.value().front().count, 2U);
}

TEST(FindGpus, PassByWhatIsNoNumber) {
  auto host = node_of(1, {"", "garbage", "0x10de", "0x20b0", "nvidia"});
  EXPECT_THAT(find_gpus(host).gpus.value(), IsEmpty());
  host = node_of(1, {"", "0x030200", "", "0x20b0", "nvidia"});
  EXPECT_THAT(find_gpus(host).gpus.value(), IsEmpty());
  host = node_of(1, {"", "0x030200", "0x10de", "0x20b0", "nvidia"});
  host.answers["nvidia-smi"] = std::string("\xff\0\n,,,\n,,,,,", 12);
  EXPECT_EQ(find_gpus(host).gpus.value().front().architecture, "sm_80");
}

TEST(GpuArchitecture, IsTheChips) {
  EXPECT_EQ(gpu_architecture_of_pci("nvidia", 0x1db4), "sm_70");
  EXPECT_EQ(gpu_architecture_of_pci("nvidia", 0x1eb8), "sm_75");
  EXPECT_EQ(gpu_architecture_of_pci("nvidia", 0x2236), "sm_86");
  EXPECT_EQ(gpu_architecture_of_pci("nvidia", 0x22ba), "sm_89");
  EXPECT_EQ(gpu_architecture_of_pci("nvidia", 0x26b5), "sm_89");
  EXPECT_EQ(gpu_architecture_of_pci("amd", 0x738c), "gfx908");
  EXPECT_EQ(gpu_architecture_of_pci("amd", 0x74a1), "gfx942");
  EXPECT_EQ(gpu_architecture_of_pci("intel", 0x0bd5), "pvc");
  EXPECT_EQ(gpu_architecture_of_pci("intel", 0x9a49), "");
}

TEST(GpuArchitecture, IsTheNumberOfTheKernel) {
  EXPECT_EQ(gpu_architecture_of_kfd(90010), "gfx90a");
  EXPECT_EQ(gpu_architecture_of_kfd(90402), "gfx942");
  EXPECT_EQ(gpu_architecture_of_kfd(100302), "gfx1032");
  EXPECT_EQ(gpu_architecture_of_kfd(110000), "gfx1100");
  EXPECT_EQ(gpu_architecture_of_kfd(0), "");
}

TEST(GpuArchitecture, IsTheComputeCapability) {
  EXPECT_EQ(gpu_architecture_of_capability("9.0"), "sm_90");
  EXPECT_EQ(gpu_architecture_of_capability("12.1"), "sm_121");
  for (const char* other : {"", "9", "9.", ".0", "9.0x", "[N/A]"})
    EXPECT_EQ(gpu_architecture_of_capability(other), "") << other;
}

}  // namespace
}  // namespace xaas
