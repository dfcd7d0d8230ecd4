// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host_probe.hpp"

namespace xaas {

/// Fills `target.scheduler`: what hands out the machine's nodes, and whether this process has one.
/// Variables and a few folders are looked at; no program is asked, for it may wait for a server.
void describe_scheduler(const HostProbe& probe, Target& target);

}  // namespace xaas
