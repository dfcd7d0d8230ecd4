// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "capture_to_manifest.hpp"

#include "xaas/ir/manifest.hpp"

#include <string>
#include <vector>

namespace xaas {

/// Warnings about sources that are not the same in each build: those that ask when they are
/// compiled, and those that one configuration has under another name than the others.
std::vector<std::string> unsteady_sources(const std::vector<BuiltConfiguration>& configurations,
                                          const IrManifest& manifest);

}  // namespace xaas
