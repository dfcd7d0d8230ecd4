// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/ir/manifest.hpp"

namespace xaas {

/// Everything one part of a manifest says about another: indices in range, digests listed in
/// `blobs`, units and links complete in themselves. `corrupt` names the first breach.
Status check_references(const IrManifest& manifest);

}  // namespace xaas
