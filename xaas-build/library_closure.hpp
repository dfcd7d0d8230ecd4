// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "install_tree.hpp"

#include "xaas/specializations/library_interface.hpp"
#include "xaas/support/result.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace xaas {

/// What the loader of the build machine would find: soname -> file, from the loader's cache.
Result<std::map<std::string, std::string>> read_loader_cache();

/// A path of the build machine as the image has it: folders that are links (`/lib` on a merged
/// /usr) are followed, the last component is not.
std::string image_path_of(const std::filesystem::path& host_path);

/// Everything that programs need from the build machine to start.
struct LibraryClosure {
  std::map<std::string, std::filesystem::path>
      files;                                     // path in the image -> file on the build machine
  std::map<std::string, std::string> by_soname;  // soname -> path in the image, installed ones too
  std::map<std::string, std::string> environment;  // that they need, as the interfaces say
  std::vector<std::string> missing;  // "`libx.so.1`, which `/usr/local/bin/a` needs", sorted
};

/// Libraries and loaders that the installed files and `roots` (files of the build machine) need,
/// transitively, and what these open by themselves, as the interfaces say. A library's RPATH and
/// RUNPATH are searched first, then the install tree, then the libraries that the compiler's
/// tarball brings (`tools` is its prefix, empty where there is none; the image has them below
/// `k_tools_prefix`), then the loader's cache and its folders (ld.so(8)).
Result<LibraryClosure> close_over_libraries(const std::vector<InstalledFile>& installed,
                                            const std::vector<std::filesystem::path>& roots,
                                            const std::filesystem::path& tools,
                                            const std::vector<LibraryInterface>& interfaces);

}  // namespace xaas
