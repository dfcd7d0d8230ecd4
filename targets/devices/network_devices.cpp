// SPDX-License-Identifier: Apache-2.0
#include "network_devices.hpp"

#include "kernel_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>

// Sources: Linux, Documentation/ABI/stable/sysfs-class-infiniband (ports/N/link_layer, node_type);
// HPE's cxi driver, whose devices have a class of their own.

namespace xaas {
namespace {

constexpr const char* k_class = "/sys/class";

std::string driver_of(const HostProbe& probe, const std::string& folder) {
  return std::filesystem::path(probe.link(folder + "/device/driver")).filename().string();
}

/// By the driver where it has a network of its own, else by what its first port is plugged into.
/// Empty for what is software alone, or reaches others by TCP (iWARP).
std::string kind_of_rdma_device(const HostProbe& probe, const std::string& folder) {
  const std::string driver = driver_of(probe, folder);
  if (driver == "hfi1") return "omni-path";
  if (driver == "efa") return "efa";
  if (line_in(probe, folder + "/node_type").ends_with("RNIC")) return {};
  if (probe.link(folder).contains("/virtual/")) return {};
  const auto ports = names_in(probe, folder + "/ports");
  if (ports.empty()) return {};
  const std::string layer =
      line_in(probe, fmt::format("{}/ports/{}/link_layer", folder, ports.front()));
  if (layer == "InfiniBand") return "infiniband";
  return layer == "Ethernet" ? "roce" : "";
}

class NetworkSearch {
 public:
  explicit NetworkSearch(const HostProbe& probe) : probe_(probe) {}

  NetworkFacts find() {
    if (!probe_.list(k_class)) return {};
    facts_.origin = k_class;
    add_each("infiniband",
             [&](const std::string& folder) { return kind_of_rdma_device(probe_, folder); });
    add_each("cxi", [](const std::string&) { return "cxi"; });
    // An older driver has no class: its devices show as interfaces alone ("hsn0").
    if (std::ranges::find(devices_, "cxi", &NetworkDevice::kind) == devices_.end()) {
      add_each("net", [&](const std::string& folder) {
        return driver_of(probe_, folder).starts_with("cxi") ? "cxi" : "";
      });
    }
    std::ranges::sort(devices_, {}, &NetworkDevice::name);
    facts_.devices = std::move(devices_);
    return std::move(facts_);
  }

 private:
  /// The devices of a class of which `kind_of(folder)` is not empty.
  template <class KindOf>
  void add_each(const char* name_of_class, KindOf kind_of) {
    const std::string folder = fmt::format("{}/{}", k_class, name_of_class);
    const auto names = probe_.list(folder);
    if (!names && names.error().kind() != ErrorKind::not_found)
      facts_.problems.push_back(fmt::format("{}: {}", folder, names.error().message()));
    if (!names) return;
    for (const std::string& name : *names) {
      std::string kind = kind_of(fmt::format("{}/{}", folder, name));
      if (!kind.empty()) devices_.push_back({.name = name, .kind = std::move(kind)});
    }
  }

  const HostProbe& probe_;
  std::vector<NetworkDevice> devices_;
  NetworkFacts facts_;
};

}  // namespace

NetworkFacts find_network_devices(const HostProbe& probe) {
  return NetworkSearch(probe).find();
}

}  // namespace xaas
