// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>

namespace xaas {

/// Whole processors that the cgroup's quota allows, rounded up; empty when it sets none. `machine`
/// is where /proc and /sys are looked for.
std::optional<unsigned> cgroup_processors(const std::filesystem::path& machine);

}  // namespace xaas
