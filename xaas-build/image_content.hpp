// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "install_tree.hpp"
#include "library_closure.hpp"

#include "xaas/oci/layer.hpp"
#include "xaas/support/result.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace xaas {

/// The generic image's files: what the machine gives and what the application is.
struct ImageContent {
  LayerContent base;  // C library, shared libraries, shell, /etc, /tmp
  LayerContent application;
  LibraryClosure libraries;
  std::string glibc_floor;    // highest GLIBC_ version that the image's files need, e.g. "2.34"
  std::string glibc_version;  // of the C library in it; empty: there is none
  std::vector<std::string> warnings;
};

/// Links of this machine's root that the image has too, name -> target: `lib -> usr/lib` and its
/// like. The loader's path is compiled into every program as `/lib64/...`.
std::map<std::string, std::string> root_links();

/// Whether an `--include` is there, asked before the build.
Status check_include(const std::filesystem::path& include);

/// What an image has besides the application and its libraries.
enum class Base {
  small,  // a shell, /etc's base files, certificates
  empty,  // the folders that container runtimes mount something on
};

/// Collects the image from the staging root and this machine. `includes` are files or folders of
/// the build machine that go in at their own path (libraries that the application opens by name,
/// data). `scratch` is a private folder.
Result<ImageContent> collect_image_content(const BuildResult& build, Base base,
                                           const std::vector<InstalledFile>& installed,
                                           const std::vector<std::filesystem::path>& includes,
                                           const std::filesystem::path& scratch);

}  // namespace xaas
