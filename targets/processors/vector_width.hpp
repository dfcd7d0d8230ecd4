// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host_probe.hpp"

namespace xaas {

/// How wide the widest vector registers are, from the features; with SVE, whose registers differ
/// between processors that have the same features, from whoever knows.
void describe_vector_width(const HostProbe& probe, Target& target);

}  // namespace xaas
