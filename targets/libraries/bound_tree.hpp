// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host_probe.hpp"

#include "xaas/targets/loading.hpp"

#include <filesystem>
#include <memory>

namespace xaas {

/// The files below `root` (empty: this machine) as programs see them that have it as their root
/// folder, with these files of the machine.
std::unique_ptr<HostProbe> bound_tree(const std::filesystem::path& root, const BoundFiles& bound);

}  // namespace xaas
