// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/result.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace xaas {

/// The image's loader and C library: image paths of all of its files, sorted.
Result<std::vector<std::string>> c_library_files(const std::filesystem::path& root);

/// Of these, what programs are linked with, other than libc itself and the loader.
std::vector<std::string> linked_files(const std::vector<std::string>& c_library);

/// Whether this machine has a newer version of a compiler's run-time library (libstdc++, libgcc_s)
/// than the image has at this path: programs then use the machine's.
bool is_newer_here(const std::filesystem::path& root, const std::string& image_path);

}  // namespace xaas
