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

/// A configuration that was built.
struct BuiltConfiguration {
  std::string name;
  PointAssignment values;
  BuildResult build;
  std::vector<InstalledFile> installed;
  ImageContent content;
};

struct ManifestRequest {
  const std::vector<BuiltConfiguration>* configurations = nullptr;  // at least one
  const BlobFolder* blobs = nullptr;
  std::string application;  // empty: called after what it installs
  std::vector<SpecializationPoint> points;
  IsaChoice isas;  // the baseline, and what variants are looked for
  const Install* install = nullptr;
  unsigned jobs = 1;
  std::filesystem::path scratch;  // for temporary files
};

struct CapturedManifest {
  IrManifest manifest;
  std::vector<std::string> warnings;  // what the user should know about the capture
};

/// Everything the capture saw of the installed files, as the image's IR manifest: products by build
/// id, their links, the units of these, each once, in whichever configurations they are. Contents
/// end up in the blob folder. What only packing can say is left to it: which image a configuration
/// has, and how contents are stored.
Result<CapturedManifest> make_manifest(const ManifestRequest& request, Progress& progress);

/// Of the machine that packages, as OCI calls it.
std::string native_architecture();

/// What `--baseline` asks for, or the architecture's own.
std::string baseline_of(const std::string& asked);

/// What `--baseline` and `--isa` say; empty ones stand for the architecture's own.
Result<IsaChoice> choose_isas(const std::string& baseline, const std::string& isas);

}  // namespace xaas
