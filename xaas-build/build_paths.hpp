// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/capture/build.hpp"

#include <filesystem>
#include <string>

namespace xaas {

/// Whether the build saw this path inside its own folders.
[[nodiscard]] bool is_in_build(const BuildResult& build, const std::string& path);

/// Where a file that the build saw at `path` is now.
[[nodiscard]] std::filesystem::path current_path(const BuildResult& build, const std::string& path);

/// A path as people should read it: relative to the source or build tree where it lies in one.
[[nodiscard]] std::string display_path(const BuildResult& build, const std::string& path);

/// The folder that holds all of the build's, as the build saw it.
[[nodiscard]] std::string build_root(const BuildResult& build);

}  // namespace xaas
