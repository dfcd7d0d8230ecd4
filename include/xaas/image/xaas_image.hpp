// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/ir/manifest.hpp"
#include "xaas/oci/image.hpp"
#include "xaas/oci/layout.hpp"
#include "xaas/support/result.hpp"

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

/// Whether an image can go there: asked before long work, not after it. `output.exists` when the
/// tag is taken.
Status check_can_write(const LayoutReference& output, Replace replace);

/// Writes the wanted blobs of the IR layers to `folder`/<hex>, each verified against its digest.
/// Layers that hold none of them are not read further than needed. `corrupt` when one is in no
/// layer.
Status fetch_ir_blobs(const IrImage& image, const std::set<Digest>& wanted,
                      const std::filesystem::path& folder);

/// The paths a runnable image ends up with are unpacked below `root`, layer by layer.
Status unpack_image(const Layout& layout, const RunnableImage& image,
                    const std::filesystem::path& root);

}  // namespace xaas
