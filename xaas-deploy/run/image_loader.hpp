// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/result.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace xaas {

/// The folders, as paths in the image, where the loader of the image in `root` looks for libraries:
/// `etc/ld.so.conf`, which `xaas-build` writes with one folder per line.
Result<std::vector<std::string>> loader_folders(const std::filesystem::path& root);

/// What stands before a program's path to start it, outside of its image, with the image's own
/// loader and libraries.
Result<std::vector<std::string>> loader_command(const std::filesystem::path& root,
                                                const std::string& interpreter);

}  // namespace xaas
