// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host_probe.hpp"

#include <optional>
#include <string>
#include <vector>

namespace xaas {

struct NetworkFacts {
  std::optional<std::vector<NetworkDevice>> devices;  // sorted by name; empty: nothing is known
  std::string origin;                                 // "/sys/class"
  std::vector<std::string> problems;                  // sentences
};

/// The devices of networks that jobs compute over; what only carries files and logins is none.
NetworkFacts find_network_devices(const HostProbe& probe);

}  // namespace xaas
