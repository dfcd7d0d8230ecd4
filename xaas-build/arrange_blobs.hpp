// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "unit_table.hpp"

#include "xaas/ir/manifest.hpp"
#include "xaas/oci/layer.hpp"
#include "xaas/support/result.hpp"

#include <vector>

namespace xaas {

/// The IR layers, without debug companions, and in the manifest where each content is and how it is
/// stored. What the same configurations and processors need lies together, what most of them need
/// first. Bitcode of a source that another unit is of, too, is stored as a difference from the
/// first one's, where that is much smaller; not what the first configuration needs for the
/// baseline, which every reader of version 1 finds under its own name (ir/FORMAT.md).
Result<std::vector<LayerContent>> arrange_blobs(IrManifest& manifest, const BlobFolder& blobs);

}  // namespace xaas
