// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host_probe.hpp"

namespace xaas {

/// Memory, kernel, distribution, page size, user namespaces and kinds of file systems.
void describe_system(const HostProbe& probe, Target& target);

}  // namespace xaas
