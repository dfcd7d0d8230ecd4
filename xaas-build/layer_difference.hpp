// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "image_content.hpp"

#include "xaas/oci/layer.hpp"
#include "xaas/support/result.hpp"

namespace xaas {

/// What one image has otherwise than another, as two layers over it: files, and whiteouts
/// (image-spec 1.1, layer.md) for what it does not have. They are two for the same reason that an
/// image's are: what an application installs is told from the machine's files by its layer.
struct ImageDifference {
  LayerContent base;         // often empty
  LayerContent application;  // over `base`
};
Result<ImageDifference> difference_of(const ImageContent& from, const ImageContent& to);

}  // namespace xaas
