// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/ir/manifest.hpp"
#include "xaas/oci/layout.hpp"
#include "xaas/support/result.hpp"

namespace xaas {

/// Stores the IR manifest: as JSON while people may want to read it with any tool, and as a zstd
/// frame of the JSON once it is long. GROMACS's, in five configurations, is 5.9 MB of it.
Result<Descriptor> put_ir_manifest(Layout& layout, const IrManifest& manifest);

/// Reads either form. `corrupt` when the blob is damaged, or holds no manifest.
Result<IrManifest> read_ir_manifest(const Layout& layout, const Descriptor& descriptor);

}  // namespace xaas
