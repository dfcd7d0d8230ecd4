// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "layer_reader.hpp"

#include "xaas/oci/layer.hpp"
#include "xaas/support/result.hpp"

#include <filesystem>
#include <functional>
#include <string>

namespace xaas {

/// What extract_layer and visit_layer_files do with a layer that is open.
Status unpack_entries(LayerReader& reader, const std::filesystem::path& root,
                      const ExtractionLimits& limits);
Status visit_entries(
    LayerReader& reader,
    const std::function<Status(const std::string& path, std::string bytes)>& visit);

}  // namespace xaas
