// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "specialize/deployment.hpp"

#include "xaas/support/result.hpp"

#include <filesystem>
#include <string>

namespace xaas {

/// Where a place in the tree really is. Two paths of an image can become one inside the other:
/// `/usr/local/x`, a link to /etc, and `/x/passwd` must not meet: `layer.unsafe-path`.
Result<std::filesystem::path> safe_place(const std::filesystem::path& tree,
                                         const std::string& place);

/// Where a place of the tree is in a view; without a view it is where it is.
std::string place_in_view(const std::string& view, const std::string& place);

/// Whether the target has a product of its own for the installed file.
bool has_product(const ProductSet& part, const IrManifest& manifest, const std::string& path);

/// Whether the installed file is a program or shared library that some target has its own of, so
/// that it lies in the views.
bool has_views(const TreeContent& content, const std::string& path);

/// Makes of a tree whose installed files and products are in their places one for several targets:
/// puts choosers and links where the programs and libraries are looked for, and links in each view
/// to everything that is not its own.
Status write_views(const TreeContent& content, const std::filesystem::path& tree);

}  // namespace xaas
