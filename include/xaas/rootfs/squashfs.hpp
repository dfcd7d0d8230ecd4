// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/oci/layer.hpp"
#include "xaas/support/result.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace xaas {

/// Writes a new file that is a squashfs 4.0 file system: zstd, blocks of 128 KiB, entries sorted,
/// owner 0, times 0. Parent folders that are not named are added with 0755. Equal content gives
/// equal bytes, whatever `threads` is. Returns the size, which is a multiple of 4096.
Result<std::uint64_t> write_squashfs(const LayerContent& content, const std::filesystem::path& file,
                                     unsigned threads);

/// Whether a file is a squashfs (of any tool) with something at `path`. What cannot be read as one
/// is none.
bool squashfs_holds(const std::filesystem::path& file, const std::string& path);

/// The content of a regular file in it, of at most `limit` (below 2 GiB) bytes; empty where there
/// is none, or it cannot be read.
std::optional<std::string> read_in_squashfs(const std::filesystem::path& file,
                                            const std::string& path, std::uint64_t limit);

}  // namespace xaas
