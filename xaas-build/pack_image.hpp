// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "image_content.hpp"
#include "unit_table.hpp"

#include "xaas/ir/manifest.hpp"
#include "xaas/oci/layout.hpp"
#include "xaas/support/result.hpp"

#include <string>
#include <vector>

namespace xaas {

struct ImageSettings {
  std::vector<std::string> entrypoint;   // empty: the only program, if there is just one
  std::vector<std::string> environment;  // "NAME=value", added to PATH
  Replace replace = Replace::no;         // whether tags, or an archive, that are there may be
};

struct PackedImage {
  IrManifest manifest;                        // as it was written
  Descriptor index;                           // what the tag names
  std::vector<Descriptor> image_layers;       // of the generic image
  std::vector<Descriptor> difference_layers;  // of each further configuration
  std::vector<Descriptor> ir_layers;          // without debug companions
  std::vector<Descriptor> debug_layers;       // these; none without debug information
};

/// Writes the generic image, the images of further configurations, the IR manifest with its blobs,
/// and the index of all into the layout, and points the tags at it last: a reader sees the whole
/// image or what was there before. `contents`: of each configuration of the manifest, which is told
/// what its images are called and how its blobs are stored. `output.exists` when a tag was taken
/// meanwhile and may not be replaced.
Result<PackedImage> pack_image(IrManifest manifest,
                               const std::vector<const ImageContent*>& contents,
                               const BlobFolder& blobs, const ImageSettings& settings,
                               const LayoutReference& output);

/// The tags that an image gets. In a layout a second one names the generic image alone: for clients
/// that take a tag of several manifests for ambiguous (umoci). Others never look at it.
std::vector<LayoutReference> tags_of(const LayoutReference& output);

}  // namespace xaas
