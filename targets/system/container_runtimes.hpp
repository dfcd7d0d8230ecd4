// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host_probe.hpp"

#include <optional>
#include <vector>

namespace xaas {

/// Programs that start containers, in PATH and where they usually are; no list where none of these
/// folders can be looked into. Each is the first of its name, and one by two names is one.
std::optional<std::vector<ContainerRuntime>> find_container_runtimes(const HostProbe& probe);

}  // namespace xaas
