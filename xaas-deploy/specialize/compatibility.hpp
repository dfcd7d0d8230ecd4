// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/ir/manifest.hpp"
#include "xaas/oci/image.hpp"
#include "xaas/oci/layout.hpp"
#include "xaas/specializations/specialization.hpp"
#include "xaas/support/result.hpp"
#include "xaas/targets/target.hpp"

#include <set>
#include <string>

namespace xaas {

/// What code made for `target` asks of a machine in the words of Node Feature Discovery (image
/// compatibility specification v1alpha1, kubernetes-sigs/node-feature-discovery,
/// docs/usage/image-compatibility.md): features of the processor, and the vendor of a GPU for one
/// of `gpu_backends`. What it has no word for is left out: a machine that lacks only that is told
/// by the product itself. JSON, and so YAML.
std::string print_compatibility(const Target& target, const std::set<std::string>& gpu_backends);

/// The backends of GPUs that the values of a configuration require.
std::set<std::string> gpu_backends_of(const IrManifest& ir, const PointAssignment& values);

/// Stores `specification` as an artifact about `image`; the descriptor goes into the same index.
Result<Descriptor> put_compatibility(Layout& layout, const Descriptor& image,
                                     const std::string& specification);

}  // namespace xaas
