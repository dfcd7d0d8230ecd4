// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/ir/manifest.hpp"
#include "xaas/oci/image.hpp"
#include "xaas/oci/layout.hpp"
#include "xaas/support/result.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

namespace xaas {

/// A runnable image inside a layout: plain, generic or deployed.
struct RunnableImage {
  Descriptor descriptor;
  ImageManifest manifest;
  ImageConfig config;
};

/// What `xaas-build ir` made: the generic image and the IR that goes with it.
struct IrImage {
  LayoutReference reference;
  Layout layout;
  Descriptor index;  // what the tag names
  RunnableImage generic;
  /// Those layers of it, lowest first, that hold what the application installs; the loader's files
  /// in them are the image's own.
  std::vector<Descriptor> application_layers;
  Descriptor ir_descriptor;
  ImageManifest ir_layers;  // the OCI manifest of the IR: its layers hold the blobs
  IrManifest ir;
};

/// The entries of the tag for this architecture (empty: for any), at least one; plain clients would
/// run the first. The tag may name an index or a manifest. `not_found` when there is no such tag
/// (the tags there are named) or entry.
Result<std::vector<RunnableImage>> find_runnables(const Layout& layout,
                                                  const LayoutReference& reference,
                                                  std::string_view architecture = {});

/// Opens an IR image. `image.no-ir` when the tag has no IR entry, or lists one whose blobs are not
/// there because a client copied the image without it: the message names the command that keeps it.
Result<IrImage> open_ir_image(const LayoutReference& reference);

/// The image as if configuration `index` were the only one: `ir` is configured(), and `generic` is
/// the runnable image of it. `image.no-configuration` when that is not in the layout.
Result<IrImage> take_configuration(IrImage image, std::size_t index);

/// Whether an image can go there: asked before long work, not after it. `output.exists` when the
/// tag is taken.
Status check_can_write(const LayoutReference& output, Replace replace);

/// Compressed bytes of the IR's layers.
struct IrBytes {
  std::uint64_t read = 0;  // of those that are opened
  std::uint64_t all = 0;
};
IrBytes ir_bytes_for(const IrImage& image, const std::set<Digest>& wanted);

/// Writes the wanted contents to `folder`/<hex>, each verified against its digest; and what they
/// are differences from. Layers that hold none of it are not opened. `corrupt` when something is in
/// no layer.
Status fetch_ir_blobs(const IrImage& image, const std::set<Digest>& wanted,
                      const std::filesystem::path& folder);

/// The paths a runnable image ends up with are unpacked below `root`, layer by layer.
Status unpack_image(const Layout& layout, const RunnableImage& image,
                    const std::filesystem::path& root);

}  // namespace xaas
