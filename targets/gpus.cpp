// SPDX-License-Identifier: Apache-2.0
#include "gpus.hpp"

#include "gpu_models.hpp"
#include "kernel_flags.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

// Witnesses, in this order: the PCI bus says which devices there are and which driver has them; the
// driver, or the vendor's tool, says what they are. Sources: Linux, Documentation/ABI/testing/
// sysfs-bus-pci; PCI Code and ID Assignment Specification 1.11, 1.4 and 1.18; NVIDIA's driver
// README, /proc/driver/nvidia; amdkfd's topology.

namespace xaas {
namespace {

constexpr const char* k_pci = "/sys/bus/pci/devices";
constexpr const char* k_kfd = "/sys/class/kfd/kfd/topology/nodes";
constexpr const char* k_nvidia = "/proc/driver/nvidia/gpus";

std::optional<std::uint64_t> number_in(std::string_view text, int base = 10) {
  text = trimmed(text);
  if (base == 16 && text.starts_with("0x")) text.remove_prefix(2);
  std::uint64_t number = 0;
  const char* const end = std::to_address(text.end());
  const auto read = std::from_chars(std::to_address(text.begin()), end, number, base);
  if (text.empty() || read.ec != std::errc{} || read.ptr != end) return {};
  return number;
}

/// The content of a small file; empty when it cannot be read.
std::string text_of(const HostProbe& probe, const std::string& path) {
  const auto text = probe.read(path);
  return text ? std::string(trimmed(*text)) : std::string();
}

std::vector<std::string> names_in(const HostProbe& probe, const std::string& folder) {
  auto names = probe.list(folder);
  return names ? *std::move(names) : std::vector<std::string>();
}

/// Calls `use(line)` for each line.
template <class Use>
void for_each_line(std::string_view text, Use use) {
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    use(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

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

class GpuSearch {
 public:
  explicit GpuSearch(const HostProbe& probe) : probe_(probe) {}

  GpuFacts find() {
    const bool has_bus = look_at_pci();
    look_at_kfd();
    look_at_nvidia();
    ask_nvidia();
    if (has_bus || !devices_.empty()) facts_.gpus = alike_as_one();
    facts_.origin = fmt::format("{}", fmt::join(origins_, ", "));
    return std::move(facts_);
  }

 private:
  bool look_at_pci();
  void add_pci(const std::string& address, const std::string& folder);
  void look_at_kfd();
  void look_at_nvidia();
  void ask_nvidia();
  [[nodiscard]] std::vector<Gpu> alike_as_one() const;
  std::vector<Gpu*> of_vendor(std::string_view vendor);

  const HostProbe& probe_;
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
  const auto code = number_in(text_of(probe_, folder + "/class"), 16);
  if (!code || !is_gpu_class(*code)) return;
  const auto vendor = number_in(text_of(probe_, folder + "/vendor"), 16);
  const auto id = number_in(text_of(probe_, folder + "/device"), 16);
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
  const std::string version = text_of(probe_, fmt::format("/sys/module/{}/version", driver));
  gpu.driver = version.empty() ? driver : driver + " " + version;
  gpu.memory = number_in(text_of(probe_, folder + "/mem_info_vram_total")).value_or(0);
  devices_.push_back({.address = address, .gpu = std::move(gpu)});
}

/// AMD's: each node of the topology that has a `gfx_target_version` is one device for programs.
void GpuSearch::look_at_kfd() {
  std::vector<std::string> architectures;
  for (const std::string& node : names_in(probe_, k_kfd)) {
    const std::string text = text_of(probe_, fmt::format("{}/{}/properties", k_kfd, node));
    for_each_line(text, [&](std::string_view line) {
      static constexpr std::string_view k_key = "gfx_target_version ";
      if (!line.starts_with(k_key)) return;
      auto name = gpu_architecture_of_kfd(number_in(line.substr(k_key.size())).value_or(0));
      if (!name.empty()) architectures.push_back(std::move(name));
    });
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
    const std::string text = text_of(probe_, fmt::format("{}/{}/information", k_nvidia, address));
    for_each_line(text, [&](std::string_view line) {
      static constexpr std::string_view k_key = "Model:";
      if (line.starts_with(k_key)) device->gpu.name = trimmed(line.substr(k_key.size()));
    });
  }
}

std::vector<std::string_view> split_row(std::string_view row) {
  std::vector<std::string_view> fields;
  while (true) {
    const auto comma = std::min(row.find(','), row.size());
    fields.push_back(trimmed(row.substr(0, comma)));
    if (comma == row.size()) return fields;
    row.remove_prefix(comma + 1);
  }
}

/// One row for each device that programs may use here, in the order of the bus.
void GpuSearch::ask_nvidia() {
  auto there = of_vendor("nvidia");
  if (there.empty()) return;
  const auto answer =
      probe_.ask({"nvidia-smi", "--query-gpu=name,compute_cap,memory.total,driver_version",
                  "--format=csv,noheader,nounits"});
  if (!answer) {
    if (answer.error().kind() != ErrorKind::not_found)
      facts_.problems.push_back(fmt::format("nvidia-smi: {}", answer.error().message()));
    return;
  }
  std::vector<std::vector<std::string_view>> rows;
  for_each_line(*answer, [&](std::string_view line) {
    auto fields = split_row(line);
    if (fields.size() == 4) rows.push_back(std::move(fields));
  });
  if (rows.empty()) {
    facts_.problems.emplace_back("nvidia-smi tells of no GPU, and the kernel does");
    return;
  }
  origins_.emplace_back("nvidia-smi");
  if (rows.size() != there.size()) {
    // A job may have fewer than the machine.
    std::erase_if(devices_, [](const Device& device) { return device.gpu.vendor == "nvidia"; });
    devices_.insert(devices_.end(), rows.size(), Device{.gpu = {.vendor = "nvidia"}});
    there = of_vendor("nvidia");
  }
  static constexpr std::uint64_t k_mebibyte = std::uint64_t{1} << 20U;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    Gpu& gpu = *there[i];
    gpu.name = rows[i][0];
    if (auto name = gpu_architecture_of_capability(rows[i][1]); !name.empty())
      gpu.architecture = std::move(name);
    gpu.memory = number_in(rows[i][2]).value_or(0) * k_mebibyte;
    gpu.driver = fmt::format("nvidia {}", rows[i][3]);
  }
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
