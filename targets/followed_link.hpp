// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host_probe.hpp"

#include <string>

namespace xaas {

/// Where `path` leads while it is a link itself; links above it are kept. A circle ends somewhere.
std::string followed_link(const HostProbe& probe, std::string path);

}  // namespace xaas
