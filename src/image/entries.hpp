// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/image/xaas_image.hpp"
#include "xaas/oci/layer.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

// What a tag leads to, entry by entry.

namespace xaas {

inline constexpr std::string_view k_keep_ir_help =
    "copy images with `skopeo copy --all --preserve-digests`, or with podman by `podman manifest "
    "add --all` and `podman manifest push --all`; `podman push` and other copies leave the IR "
    "behind";

/// `image.no-tag` names the tags that there are.
Result<Descriptor> find_required_tag(const Layout& layout, const LayoutReference& reference);

/// The manifests it leads to, nested indexes opened, in order.
Result<std::vector<Descriptor>> collect_manifests(const Layout& layout, const Descriptor& from);

/// What no client takes for an image of its own machine: IR, images of further configurations, and
/// what others attach to images.
bool is_no_image(const Descriptor& descriptor);

Result<RunnableImage> read_runnable(const Layout& layout, const Descriptor& descriptor);

/// No honest layer shrinks to a 200th; what unpacks to more is made to fill a disk or the memory.
ExtractionLimits limits_of(const Descriptor& layer, std::uint64_t allowance);

}  // namespace xaas
