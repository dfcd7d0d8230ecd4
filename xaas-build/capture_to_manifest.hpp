// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "image_content.hpp"
#include "install_tree.hpp"
#include "unit_table.hpp"

#include "xaas/capture/build.hpp"
#include "xaas/ir/manifest.hpp"
#include "xaas/support/diagnostics.hpp"
#include "xaas/support/result.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace xaas {

struct ManifestRequest {
  const BuildResult* build = nullptr;
  const std::vector<InstalledFile>* installed = nullptr;
  const ImageContent* content = nullptr;
  const BlobFolder* blobs = nullptr;
  std::string baseline;  // empty: the architecture's
  const Install* install = nullptr;
  unsigned jobs = 1;
};

struct CapturedManifest {
  IrManifest manifest;
  std::vector<std::string> warnings;  // what the user should know about the capture
};

/// Everything the capture saw of the installed files, as the image's IR manifest: products by build
/// id, their links, the units of these. Contents end up in the blob folder.
Result<CapturedManifest> make_manifest(const ManifestRequest& request, Progress& progress);

/// Of the machine that packages, as OCI calls it.
std::string native_architecture();

}  // namespace xaas
