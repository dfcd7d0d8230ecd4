// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "unit_table.hpp"

#include "xaas/capture/build.hpp"
#include "xaas/elf/elf_file.hpp"
#include "xaas/ir/manifest.hpp"
#include "xaas/support/result.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace xaas {

/// A regular file of the install tree.
struct InstalledFile {
  std::string path;           // in the image, absolute
  std::filesystem::path now;  // in the staging root
  std::optional<ElfFacts> elf;
  std::vector<UsedObject> objects;         // of an archive, as they were before bitcode was removed
  PrefixedFile prefixed;                   // where the prefix of the image stands in it
  bool has_pieces_of_placeholder = false;  // which could not be replaced
};

/// `--product NAME[=DEST]`: a linked file to install where the project has no install rule.
struct ProductRequest {
  std::string name;         // file name, or the end of its path in the build
  std::string destination;  // absolute path in the image; empty: PREFIX/bin or PREFIX/lib
};

/// Copies the requested linked files into the staging root. libtool's wrapper scripts are followed
/// into
/// `.libs/`. `not_found` lists what the build linked.
Status install_requested(const BuildResult& build, const std::string& prefix,
                         const std::vector<ProductRequest>& requests);

/// The regular files of the staging root, sorted by path. Bitcode that fat objects and archives of
/// them carry is removed from the files: it does not belong into the generic image. The objects of
/// archives go into the build's store as they were. The placeholder gives way to the prefix of the
/// image.
Result<std::vector<InstalledFile>> read_install_tree(const BuildResult& build,
                                                     const Install& install);

/// `invalid_input`, with the linked programs and the options that would install them, for an empty
/// tree.
Error empty_install_tree(const BuildResult& build);

/// The link that made an installed file, by its build id; null when none was recorded.
const LinkRecord* find_link(const BuildResult& build, const InstalledFile& file);

}  // namespace xaas
