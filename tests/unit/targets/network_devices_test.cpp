// SPDX-License-Identifier: Apache-2.0
#include "network_devices.hpp"

#include "fake_host.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace xaas {
namespace {

using ::testing::ElementsAre;
using testing::FakeHost;
using ::testing::IsEmpty;

void add_rdma(FakeHost& host, const std::string& name, const std::string& driver,
              const std::string& layer) {
  const std::string folder = "/sys/class/infiniband/" + name;
  host.files[folder + "/node_type"] = "1: CA\n";
  host.files[folder + "/ports/1/link_layer"] = layer + "\n";
  host.links[folder + "/device/driver"] = "../../../bus/pci/drivers/" + driver;
}

TEST(FindNetworkDevices, TellsRdmaDevicesApart) {
  FakeHost host;
  add_rdma(host, "mlx5_0", "mlx5_core", "InfiniBand");
  add_rdma(host, "mlx5_1", "mlx5_core", "Ethernet");
  add_rdma(host, "hfi1_0", "hfi1", "InfiniBand");
  add_rdma(host, "rdmap0s31", "efa", "Unspecified");
  const auto found = find_network_devices(host);
  EXPECT_THAT(found.devices.value(),
              ElementsAre(NetworkDevice{.name = "hfi1_0", .kind = "omni-path"},
                          NetworkDevice{.name = "mlx5_0", .kind = "infiniband"},
                          NetworkDevice{.name = "mlx5_1", .kind = "roce"},
                          NetworkDevice{.name = "rdmap0s31", .kind = "efa"}));
  EXPECT_EQ(found.origin, "/sys/class");
}

TEST(FindNetworkDevices, KnowsSlingshot) {
  FakeHost host;
  host.files["/sys/class/cxi/cxi0/device/uevent"] = "";
  host.files["/sys/class/cxi/cxi1/device/uevent"] = "";
  host.links["/sys/class/net/hsn0/device/driver"] = "../../bus/pci/drivers/cxi_ss1";
  EXPECT_THAT(find_network_devices(host).devices.value(),
              ElementsAre(NetworkDevice{.name = "cxi0", .kind = "cxi"},
                          NetworkDevice{.name = "cxi1", .kind = "cxi"}));
  std::erase_if(host.files, [](const auto&) { return true; });
  EXPECT_THAT(find_network_devices(host).devices.value(),
              ElementsAre(NetworkDevice{.name = "hsn0", .kind = "cxi"}));
}

TEST(FindNetworkDevices, LeavesOutWhatIsNoFastNetwork) {
  FakeHost host;
  host.links["/sys/class/net/eth0/device/driver"] = "../../bus/pci/drivers/ena";
  host.files["/sys/class/net/lo/mtu"] = "65536\n";
  add_rdma(host, "rxe0", "", "Ethernet");
  host.links["/sys/class/infiniband/rxe0"] = "../../devices/virtual/infiniband/rxe0";
  add_rdma(host, "iwp0", "iw_cxgb4", "Ethernet");
  host.files["/sys/class/infiniband/iwp0/node_type"] = "4: RNIC\n";
  add_rdma(host, "usnic_0", "usnic", "Unspecified");
  EXPECT_THAT(find_network_devices(host).devices.value(), IsEmpty());
}

TEST(FindNetworkDevices, KnowsNothingWithoutTheKernelsClasses) {
  EXPECT_FALSE(find_network_devices(FakeHost()).devices.has_value());
}

}  // namespace
}  // namespace xaas
