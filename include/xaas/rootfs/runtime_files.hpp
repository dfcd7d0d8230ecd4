// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/oci/image.hpp"
#include "xaas/oci/layer.hpp"
#include "xaas/support/result.hpp"

#include <filesystem>

namespace xaas {

/// What lies below a folder, as the content of a root file system.
Result<LayerContent> content_of_folder(const std::filesystem::path& root);

/// A root file system has no place for an image's configuration, so each runtime looks for it in
/// files of its own. Adds them: `/.singularity.d` for Apptainer and Singularity, `/etc/rc` and
/// `/etc/environment` for Enroot and Pyxis, `/ch/environment` for Charliecloud; and the empty files
/// and folders that they mount on, which nobody can make later. Variables that a shell cannot set
/// (`a-b`) or a line cannot hold are left out there.
void add_runtime_files(LayerContent& content, const ImageConfig& config);

}  // namespace xaas
