// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/oci/image.hpp"
#include "xaas/oci/layout.hpp"
#include "xaas/support/result.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <variant>

namespace xaas {

/// What a layer puts at one path. Paths are relative to the image's root, without leading '/'.
struct LayerFile {
  std::variant<std::string, std::filesystem::path> content;  // bytes, or a file to read them from
  unsigned mode = 0644;
};
struct LayerLink {
  std::string target;
};
struct LayerFolder {
  unsigned mode = 0755;
};
using LayerEntry = std::variant<LayerFile, LayerLink, LayerFolder>;

/// A layer before it is written: path -> entry. Parent folders that are not named are added with
/// 0755.
using LayerContent = std::map<std::string, LayerEntry>;

enum class Compression { gzip, zstd };

struct WrittenLayer {
  Descriptor descriptor;  // of the compressed blob in the layout
  Digest diff_id;         // of the uncompressed tar
};

/// Writes a deterministic tar (sorted, uid and gid 0, times 0, no host names; pax only where
/// needed) into the layout. Equal content gives equal bytes. `media_type` empty: the OCI layer type
/// of the compression.
Result<WrittenLayer> write_layer(Layout& layout, const LayerContent& content,
                                 Compression compression, std::string_view media_type = {});

/// Bounds against layer bombs.
struct ExtractionLimits {
  std::uint64_t bytes = std::uint64_t{64} << 30;
  std::uint64_t entries = 4'000'000;
};

/// Unpacks a layer over `root` (layer.md: whiteouts `.wh.NAME` and opaque `.wh..wh..opq`). Refused
/// as `corrupt`, naming the entry: absolute paths, `..`, paths that pass through a link, hard links
/// to outside, device nodes and fifos, more than the limits. The blob's digest is verified before
/// anything is written. Ownership is not restored; permission bits are, without set-id bits.
Status extract_layer(const Layout& layout, const Descriptor& layer,
                     const std::filesystem::path& root, const ExtractionLimits& limits = {});

/// Calls `visit(path, bytes)` for each regular file of a layer in order, e.g. of an IR layer.
/// Digest verified first; same refusals as extraction.
Status visit_layer_files(
    const Layout& layout, const Descriptor& layer,
    const std::function<Status(const std::string& path, std::string bytes)>& visit,
    const ExtractionLimits& limits = {});

}  // namespace xaas
