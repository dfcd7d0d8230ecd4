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

/// `count` devices that are alike, beside a host bridge, servers' consoles and a switch.
FakeHost node_of(unsigned count, const PciDevice& gpu) {
  std::vector<PciDevice> devices{
      {"0000:00:00.0", "0x060000", "0x8086", "0x09a2", ""},
      {"0000:02:00.0", "0x030000", "0x1a03", "0x2000", "ast"},
      {"0000:03:00.0", "0x030000", "0x102b", "0x0536", "mgag200"},
      {"0000:04:00.0", "0x068000", "0x10de", "0x22a3", "nvidia-nvswitch"},
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

TEST(FindGpus, KeepWhatAJobsToolDoesNotTell) {
  auto host = node_of(6, {"", "0x038000", "0x8086", "0x0bd5", "i915"});
  host.answers["xpu-smi"] = "\"Intel(R) Data Center GPU Max 1550\",\"131072.00 MiB\"\n";
  EXPECT_THAT(find_gpus(host).gpus.value(),
              ElementsAre(Gpu{.vendor = "intel",
                              .name = "Intel(R) Data Center GPU Max 1550",
                              .architecture = "pvc",
                              .memory = std::uint64_t{128} << 30U,
                              .driver = "i915"}));
}

TEST(FindGpus, AreHeardOfFromTheToolsOfAllVendors) {
  auto host = with_devices({{"0000:01:00.0", "0x030200", "0x10de", "0x2330", "nvidia"},
                            {"0000:02:00.0", "0x038000", "0x8086", "0x56c0", "i915"}});
  host.failures["nvidia-smi"] = "no answer within 5 s";
  host.answers["xpu-smi"] = "\"Intel(R) Data Center GPU Flex 170\",\"14248.00 MiB\"\n";
  const auto found = find_gpus(host);
  EXPECT_EQ(found.gpus.value()[0].architecture, "sm_90");
  EXPECT_EQ(found.gpus.value()[1].name, "Intel(R) Data Center GPU Flex 170");
  EXPECT_EQ(found.origin, "pci, xpu-smi");
  EXPECT_THAT(found.problems, ElementsAre("nvidia-smi: no answer within 5 s"));
}

TEST(FindGpus, AreTwoOnACardOfTwoDies) {
  auto host = node_of(8, {"", "0x038000", "0x1002", "0x7408", "amdgpu"});
  for (int node = 4; node < 12; ++node) {
    host.files[fmt::format("/sys/class/kfd/kfd/topology/nodes/{}/properties", node)] =
        "gfx_target_version 90010\n";
  }
  EXPECT_THAT(
      find_gpus(host).gpus.value(),
      ElementsAre(Gpu{.vendor = "amd", .architecture = "gfx90a", .count = 8, .driver = "amdgpu"}));
}

TEST(FindGpus, DoNotDependOnWhatAJobHides) {
  auto host = node_of(4, {"", "0x030200", "0x10de", "0x2342", "nvidia"});
  for (const char* name : {"CUDA_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES", "ZE_AFFINITY_MASK"})
    host.variables[name] = "0";
  // Parts of GPUs (MIG) have nodes of their own.
  host.files["/dev/nvidia-caps/nvidia-cap12"] = "";
  EXPECT_EQ(find_gpus(host).gpus.value().front().count, 4U);
}

TEST(FindGpus, AreDeviceNodesWhereNothingElseIsShown) {
  FakeHost host;
  for (const char* name : {"null", "nvidia0", "nvidia1", "nvidiactl", "nvidia-uvm",
                           "nvidia-caps/nvidia-cap1", "dri/renderD128", "dri/renderD129"})
    host.files[fmt::format("/dev/{}", name)] = "";
  auto found = find_gpus(host);
  EXPECT_THAT(found.gpus.value(), ElementsAre(Gpu{.vendor = "nvidia", .count = 2}));
  EXPECT_EQ(found.origin, "/dev");
  std::erase_if(host.files, [](const auto& file) { return file.first.contains("nvidia"); });
  EXPECT_FALSE(find_gpus(host).gpus.has_value());  // whose they are does not show
  host.files["/dev/kfd"] = "";
  EXPECT_THAT(find_gpus(host).gpus.value(), ElementsAre(Gpu{.vendor = "amd", .count = 2}));
}

std::string cdi_of(const std::string& kind, const std::vector<std::string>& nodes) {
  std::string text = "kind: " + kind + "\ndevices:\n";
  for (const std::string& node : nodes)
    text += "- name: x\n  containerEdits:\n    deviceNodes:\n    - path: " + node + "\n";
  return text;
}

TEST(FindGpus, AreWhatContainersAreGivenWhereNothingElseIsShown) {
  FakeHost host;
  // Each by its number and by its name.
  host.files["/etc/cdi/nvidia.yaml"] =
      cdi_of("k8s.gpu.nvidia.com/claim", {"/dev/nvidia0", "/dev/nvidia1", "/dev/nvidia0"});
  host.files["/var/run/cdi/intel.json"] = cdi_of("intel.com/gpu", {"/dev/dri/renderD130"});
  host.files["/etc/cdi/nic.yaml"] = cdi_of("notamd.com/nic", {"/dev/dri/renderD130"});
  const auto found = find_gpus(host);
  EXPECT_THAT(found.gpus.value(),
              ElementsAre(Gpu{.vendor = "nvidia", .count = 2}, Gpu{.vendor = "intel"}));
  EXPECT_EQ(found.origin, "/etc/cdi/nvidia.yaml, /var/run/cdi/intel.json");
  EXPECT_THAT(found.problems, IsEmpty());
}

TEST(FindGpus, AreTheKernelsWhereAnOldFileNamesSome) {
  auto host = node_of(0, {});
  host.files["/etc/cdi/nvidia.yaml"] = cdi_of("nvidia.com/gpu", {"/dev/nvidia0", "/dev/nvidia1"});
  const auto found = find_gpus(host);
  EXPECT_THAT(found.gpus.value(), IsEmpty());
  EXPECT_THAT(found.problems,
              ElementsAre("/etc/cdi/nvidia.yaml names 2 nvidia GPUs, and the kernel shows none "
                          "that programs can use"));
}

TEST(FindGpus, DoWithoutFilesThatCannotBeRead) {
  auto host = node_of(1, {"", "0x030200", "0x10de", "0x20b0", "nvidia"});
  host.files["/etc/cdi/a.json"] = "{\"kind\": ";
  host.files["/etc/cdi/b.yaml"] = "kind: [";
  host.files["/etc/cdi/c.yaml"] = std::string((std::size_t{1} << 20U) + 1, ' ');
  host.files["/etc/cdi/readme.txt"] = "{";
  const auto found = find_gpus(host);
  EXPECT_EQ(found.gpus.value().size(), 1U);
  EXPECT_THAT(
      found.problems,
      ElementsAre(HasSubstr("/etc/cdi/a.json: this is no file of CDI: line 1: "),
                  HasSubstr("/etc/cdi/b.yaml: this is no file of CDI: line 1: "),
                  "/etc/cdi/c.yaml: this is no file of CDI: it has more than 1048576 bytes"));
}

TEST(FindGpus, ReadNoMoreFilesThanAContainerEngineHas) {
  FakeHost host;
  for (int i = 0; i < 1000; ++i) host.files[fmt::format("/etc/cdi/{}.json", i)] = "{";
  EXPECT_EQ(find_gpus(host).problems.size(), 64U);
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
  EXPECT_EQ(gpu_architecture_of_pci("nvidia", 0x102d), "sm_37");
  EXPECT_EQ(gpu_architecture_of_pci("nvidia", 0x2901), "sm_100");
  EXPECT_EQ(gpu_architecture_of_pci("nvidia", 0x31c2), "sm_103");
  EXPECT_EQ(gpu_architecture_of_pci("nvidia", 0x2bb5), "sm_120");
  EXPECT_EQ(gpu_architecture_of_pci("nvidia", 0x2e12), "sm_121");
  EXPECT_EQ(gpu_architecture_of_pci("amd", 0x738c), "gfx908");
  EXPECT_EQ(gpu_architecture_of_pci("amd", 0x7408), "gfx90a");
  EXPECT_EQ(gpu_architecture_of_pci("amd", 0x75a3), "gfx950");
  EXPECT_EQ(gpu_architecture_of_pci("amd", 0x74a1), "gfx942");
  EXPECT_EQ(gpu_architecture_of_pci("intel", 0x0bd5), "pvc");
  EXPECT_EQ(gpu_architecture_of_pci("intel", 0x9a49), "");
}

TEST(GpuArchitecture, TellsTheVendor) {
  EXPECT_EQ(gpu_vendor_of_architecture("sm_90"), "nvidia");
  EXPECT_EQ(gpu_vendor_of_architecture("gfx942"), "amd");
  EXPECT_EQ(gpu_vendor_of_architecture("pvc"), "intel");
  for (const char* other : {"", "sm_", "sm_91", "gfx9-generic", "tahiti", "none"})
    EXPECT_EQ(gpu_vendor_of_architecture(other), "") << other;
}

// Whatever is detected can be asked for.
TEST(GpuArchitecture, IsKnownOfEveryDeviceInTheTables) {
  for (const char* vendor : {"nvidia", "amd", "intel"}) {
    for (std::uint32_t device = 0; device < 0x10000; ++device) {
      const auto name = gpu_architecture_of_pci(vendor, device);
      if (!name.empty()) ASSERT_EQ(gpu_vendor_of_architecture(name), vendor) << name;
    }
  }
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
