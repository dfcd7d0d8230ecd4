// SPDX-License-Identifier: Apache-2.0
#include "gpus.hpp"

#include "cdi.hpp"
#include "gpu_models.hpp"
#include "gpu_tools.hpp"
#include "kernel_files.hpp"

#include "xaas/support/process.hpp"
#include "xaas/support/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <utility>

// Witnesses, in this order: the PCI bus says which devices there are and which driver has them; the
// driver, or the vendor's tool, says what they are. In a container that hides the bus, device nodes
// and what container engines hand out show that there are some.
//
// Sources: Linux, Documentation/ABI/testing/sysfs-bus-pci; PCI Code and ID Assignment Specification
// 1.11, 1.4 and 1.18; NVIDIA's driver README, /proc/driver/nvidia; amdkfd's topology.

namespace xaas {
namespace {

constexpr const char* k_pci = "/sys/bus/pci/devices";
constexpr const char* k_kfd = "/sys/class/kfd/kfd/topology/nodes";
constexpr const char* k_nvidia = "/proc/driver/nvidia/gpus";

struct Device {
  std::string address;  // "0000:07:00.0"
  Gpu gpu;
};

/// Display controllers (03), and processing accelerators (12).
bool is_gpu_class(std::uint64_t code) {
  const auto base = code >> 16U;
  return base == 0x03 || base == 0x12;
}

/// Drivers through which programs reach a device. Others keep it for a virtual machine (vfio-pci)
/// or show pictures alone (nouveau).
bool is_for_programs(std::string_view vendor, std::string_view driver) {
  if (vendor == "nvidia") return driver == "nvidia";
  if (vendor == "amd") return driver == "amdgpu";
  return driver == "i915" || driver == "xe";
}

std::vector<std::string> cdi_files(const HostProbe& probe) {
  std::vector<std::string> paths;
  for (const char* folder : {"/etc/cdi", "/var/run/cdi"}) {
    for (const std::string& name : names_in(probe, folder)) {
      if (name.ends_with(".json") || name.ends_with(".yaml"))
        paths.push_back(fmt::format("{}/{}", folder, name));
    }
  }
  // A folder of more is none of a container engine.
  static constexpr std::size_t k_most = 64;
  paths.resize(std::min(paths.size(), k_most));
  return paths;
}

Result<CdiFile> read_cdi_file(const HostProbe& probe, const std::string& path) {
  XAAS_TRY(const auto file, probe.map(path));
  return read_cdi(file.bytes());
}

/// Whose devices a file of CDI hands out: kinds are "nvidia.com/gpu", "k8s.gpu.nvidia.com/claim".
std::string vendor_of_kind(std::string_view kind) {
  const std::string domain = fmt::format(".{}", kind.substr(0, kind.find('/')));
  for (const char* vendor : {"nvidia", "amd", "intel"})
    if (domain.ends_with(fmt::format(".{}.com", vendor))) return vendor;
  return {};
}

bool is_numbered(std::string_view path, std::string_view begin) {
  return path.starts_with(begin) && parse_number(path.substr(begin.size())).has_value();
}

/// How many GPUs of the vendor such device nodes stand for. A part of a GPU (MIG) has the node of
/// the whole one.
std::size_t gpus_behind(std::string_view vendor, const std::set<std::string>& nodes) {
  const std::string_view begin = vendor == "nvidia" ? "/dev/nvidia" : "/dev/dri/renderD";
  return static_cast<std::size_t>(std::ranges::count_if(
      nodes, [&](const std::string& node) { return is_numbered(node, begin); }));
}

/// The GPU if all are alike, else one of which only the vendor is known.
Gpu common_to(const std::vector<Gpu*>& gpus) {
  const Gpu& first = *gpus.front();
  const bool alike = std::ranges::all_of(gpus, [&](const Gpu* gpu) { return *gpu == first; });
  return alike ? first : Gpu{.vendor = first.vendor};
}

/// Where the tool tells something, that counts.
void hear_tool(const Gpu& told, Gpu& gpu) {
  if (!told.name.empty()) gpu.name = told.name;
  if (!told.architecture.empty()) gpu.architecture = told.architecture;
  if (told.memory != 0) gpu.memory = told.memory;
  if (!told.driver.empty()) gpu.driver = told.driver;
}

class GpuSearch {
 public:
  explicit GpuSearch(const HostProbe& probe) : probe_(probe) {}

  GpuFacts find() {
    has_bus_ = look_at_pci();
    look_at_kfd();
    look_at_nvidia();
    if (!has_bus_) look_at_device_nodes();
    look_at_cdi();
    ask_tools();
    if (has_bus_ || !devices_.empty()) facts_.gpus = alike_as_one();
    facts_.origin = fmt::format("{}", fmt::join(origins_, ", "));
    return std::move(facts_);
  }

 private:
  bool look_at_pci();
  void add_pci(const std::string& address, const std::string& folder);
  void look_at_kfd();
  void look_at_nvidia();
  void look_at_device_nodes();
  void look_at_cdi();
  void hear_cdi(const std::string& path, const CdiFile& file);
  void add_unknown(std::string_view vendor, std::size_t count, std::string origin);
  void ask_tools();
  void hear(const GpuToolAnswer& answer, std::string_view vendor);
  [[nodiscard]] std::vector<Gpu> alike_as_one() const;
  std::vector<Gpu*> of_vendor(std::string_view vendor);

  const HostProbe& probe_;
  bool has_bus_ = false;
  std::vector<Device> devices_;
  std::vector<std::string> origins_;
  GpuFacts facts_;
};

std::vector<Gpu*> GpuSearch::of_vendor(std::string_view vendor) {
  std::vector<Gpu*> gpus;
  for (Device& device : devices_)
    if (device.gpu.vendor == vendor) gpus.push_back(&device.gpu);
  return gpus;
}

bool GpuSearch::look_at_pci() {
  const auto addresses = probe_.list(k_pci);
  if (!addresses) return false;
  origins_.emplace_back("pci");
  for (const std::string& address : *addresses)
    add_pci(address, fmt::format("{}/{}", k_pci, address));
  return true;
}

void GpuSearch::add_pci(const std::string& address, const std::string& folder) {
  const auto code = parse_number(line_in(probe_, folder + "/class"), 16);
  if (!code || !is_gpu_class(*code)) return;
  const auto vendor = parse_number(line_in(probe_, folder + "/vendor"), 16);
  const auto id = parse_number(line_in(probe_, folder + "/device"), 16);
  if (!vendor || !id) return;
  Gpu gpu{.vendor = gpu_vendor_of_pci(static_cast<std::uint32_t>(*vendor))};
  // A server's console, a hypervisor's display.
  if (gpu.vendor.empty()) return;
  gpu.architecture = gpu_architecture_of_pci(gpu.vendor, static_cast<std::uint32_t>(*id));
  const std::string driver =
      std::filesystem::path(probe_.link(folder + "/driver")).filename().string();
  if (!is_for_programs(gpu.vendor, driver)) {
    facts_.problems.push_back(
        fmt::format("the {} GPU {:04x}:{:04x} at {} {}: no program can use it", gpu.vendor, *vendor,
                    *id, address,
                    driver.empty() ? std::string("has no driver")
                                   : fmt::format("has the driver `{}`", driver)));
    return;
  }
  const std::string version = line_in(probe_, fmt::format("/sys/module/{}/version", driver));
  gpu.driver = version.empty() ? driver : driver + " " + version;
  gpu.memory = parse_number(line_in(probe_, folder + "/mem_info_vram_total")).value_or(0);
  devices_.push_back({.address = address, .gpu = std::move(gpu)});
}

/// AMD's: each node of the topology that has a `gfx_target_version` is one device for programs.
void GpuSearch::look_at_kfd() {
  std::vector<std::string> architectures;
  for (const std::string& node : names_in(probe_, k_kfd)) {
    const auto properties = probe_.read(fmt::format("{}/{}/properties", k_kfd, node)).value_or("");
    for (std::string_view text = properties; !text.empty();) {
      static constexpr std::string_view k_key = "gfx_target_version ";
      const std::string_view line = take_line(text);
      if (!line.starts_with(k_key)) continue;
      auto name = gpu_architecture_of_kfd(parse_number(line.substr(k_key.size())).value_or(0));
      if (!name.empty()) architectures.push_back(std::move(name));
    }
  }
  if (architectures.empty()) return;
  origins_.emplace_back("kfd");
  const auto there = of_vendor("amd");
  if (there.size() == architectures.size()) {
    // Nodes come in the order of the bus.
    for (std::size_t i = 0; i < there.size(); ++i) there[i]->architecture = architectures[i];
    return;
  }
  // A container may show the one and not the other; what programs use is the topology.
  std::erase_if(devices_, [](const Device& device) { return device.gpu.vendor == "amd"; });
  for (std::string& architecture : architectures)
    devices_.push_back({.gpu = {.vendor = "amd", .architecture = std::move(architecture)}});
}

void GpuSearch::look_at_nvidia() {
  const auto addresses = names_in(probe_, k_nvidia);
  if (addresses.empty()) return;
  origins_.emplace_back(k_nvidia);
  for (const std::string& address : addresses) {
    auto device = std::ranges::find(devices_, address, &Device::address);
    if (device == devices_.end())
      device = devices_.insert(device, {.address = address, .gpu = {.vendor = "nvidia"}});
    const auto text = probe_.read(fmt::format("{}/{}/information", k_nvidia, address));
    if (const auto model = text ? value_of(*text, "Model") : std::nullopt)
      device->gpu.name = readable(*model);
  }
}

void GpuSearch::add_unknown(std::string_view vendor, std::size_t count, std::string origin) {
  if (count == 0 || !of_vendor(vendor).empty()) return;
  devices_.insert(devices_.end(), count, Device{.gpu = {.vendor = std::string(vendor)}});
  origins_.push_back(std::move(origin));
}

/// Render nodes are of all vendors; AMD's have the common node of its driver beside them.
void GpuSearch::look_at_device_nodes() {
  std::set<std::string> nodes;
  for (const char* folder : {"/dev", "/dev/dri"}) {
    for (const std::string& name : names_in(probe_, folder))
      nodes.insert(fmt::format("{}/{}", folder, name));
  }
  add_unknown("nvidia", gpus_behind("nvidia", nodes), "/dev");
  if (nodes.contains("/dev/kfd") && of_vendor("nvidia").empty())
    add_unknown("amd", gpus_behind("amd", nodes), "/dev");
}

void GpuSearch::look_at_cdi() {
  for (const std::string& path : cdi_files(probe_)) {
    const auto file = read_cdi_file(probe_, path);
    if (file) {
      hear_cdi(path, *file);
    } else {
      facts_.problems.push_back(fmt::format("{}: {}", path, file.error().message()));
    }
  }
}

/// Such a file may be older than the machine, or the same on all nodes: the kernel knows better.
void GpuSearch::hear_cdi(const std::string& path, const CdiFile& file) {
  const std::string vendor = vendor_of_kind(file.kind);
  const std::size_t count = gpus_behind(vendor, file.nodes);
  if (vendor.empty() || count == 0 || !of_vendor(vendor).empty()) return;
  if (!has_bus_) {
    add_unknown(vendor, count, path);
    return;
  }
  facts_.problems.push_back(
      fmt::format("{} names {}, and the kernel shows none that programs can use", path,
                  counted(count, vendor + " GPU")));
}

/// Side by side: several that hang take as long as one.
void GpuSearch::ask_tools() {
  std::set<std::string> vendors;
  for (const Device& device : devices_) vendors.insert(device.gpu.vendor);
  const std::vector<std::string> asked(vendors.begin(), vendors.end());
  std::vector<GpuToolAnswer> answers(asked.size());
  const Status done =
      for_each_parallel(asked.size(), static_cast<unsigned>(asked.size()), [&](std::size_t i) {
        answers[i] = ask_gpu_tool(probe_, asked[i]);
        return Status();
      });
  if (!done) facts_.problems.push_back(done.error().message());
  for (std::size_t i = 0; i < asked.size(); ++i) hear(answers[i], asked[i]);
}

void GpuSearch::hear(const GpuToolAnswer& answer, std::string_view vendor) {
  if (!answer.problem.empty()) facts_.problems.push_back(answer.problem);
  if (answer.gpus.empty()) return;
  origins_.push_back(answer.tool);
  auto there = of_vendor(vendor);
  if (there.size() != answer.gpus.size()) {
    // A job may have fewer than the machine.
    const Gpu common = common_to(there);
    std::erase_if(devices_, [&](const Device& device) { return device.gpu.vendor == vendor; });
    devices_.insert(devices_.end(), answer.gpus.size(), Device{.gpu = common});
    there = of_vendor(vendor);
  }
  for (std::size_t i = 0; i < there.size(); ++i) hear_tool(answer.gpus[i], *there[i]);
}

std::vector<Gpu> GpuSearch::alike_as_one() const {
  std::vector<Gpu> gpus;
  for (const Device& device : devices_) {
    const auto alike = std::ranges::find_if(gpus, [&](Gpu other) {
      other.count = device.gpu.count;
      return other == device.gpu;
    });
    if (alike == gpus.end()) {
      gpus.push_back(device.gpu);
    } else {
      ++alike->count;
    }
  }
  return gpus;
}

}  // namespace

GpuFacts find_gpus(const HostProbe& probe) {
  return GpuSearch(probe).find();
}

}  // namespace xaas
