// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host_probe.hpp"

namespace xaas {

/// Which kinds of file systems the user's home, a site's folder for large data and the folder for
/// temporary files are on.
void describe_file_systems(const HostProbe& probe, Target& target);

}  // namespace xaas
