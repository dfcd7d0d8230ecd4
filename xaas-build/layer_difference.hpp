// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "image_content.hpp"

#include "xaas/oci/layer.hpp"
#include "xaas/support/result.hpp"

namespace xaas {

/// The layer that makes one image's files of another's: what it has otherwise or besides, and
/// whiteouts (image-spec 1.1, layer.md) for what it does not have.
Result<LayerContent> difference_of(const ImageContent& from, const ImageContent& to);

}  // namespace xaas
