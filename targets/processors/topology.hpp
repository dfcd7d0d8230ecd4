// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host_probe.hpp"

namespace xaas {

/// Sockets, cores, threads and NUMA nodes, and the caches: what /sys says, and without it what
/// /proc/cpuinfo says of the first three.
void describe_topology(const HostProbe& probe, Target& target);

}  // namespace xaas
