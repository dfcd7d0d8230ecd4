// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/oci/layer.hpp"
#include "xaas/support/result.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace xaas {

/// What a SIF file (Singularity Image Format, version 01) holds.
struct SifContent {
  const LayerContent& root;                      // the primary system partition, as squashfs
  std::string architecture;                      // as OCI calls it: "amd64", "arm64"
  std::map<std::string, std::string> documents;  // JSON objects by name, before the partition
};

/// Writes a new executable SIF file: the documents, then the partition. Its UUID is taken from the
/// documents and its times are 0: equal content gives equal bytes. `unsupported` (sif.architecture)
/// for what SIF has no code for.
Status write_sif(const SifContent& content, const std::filesystem::path& path, unsigned threads);

/// Whether a file is a SIF with an object of that name.
bool sif_holds(const std::filesystem::path& path, const std::string& name);

/// That object, of at most `limit` bytes; empty where there is none, or it cannot be read.
std::optional<std::string> read_in_sif(const std::filesystem::path& path, const std::string& name,
                                       std::uint64_t limit);

}  // namespace xaas
