// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/result.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace xaas {

/// What capture_build tells the wrapper program: `settings.json` in the capture folder. All paths
/// are as the build sees them.
struct WrapperSettings {
  std::string c_compiler;  // the real ones
  std::string cxx_compiler;
  std::string fortran_compiler;  // empty: there is none
  std::string linker;
  std::string gcc;  // for sources that clang refuses; empty: there is none
  std::string gxx;
  std::string search_path;                    // PATH without our tools
  std::string baseline;                       // processor, for -march=
  std::vector<std::string> prefix_map_flags;  // "-ffile-prefix-map=/the/build/="
  std::string root;                           // everything of the build lies below
  std::string compile_cache;                  // empty: none
  std::string compiler_version;               // what tells one compiler from another
  std::vector<std::string> system_folders;    // that the compilers search for headers by themselves
  std::vector<std::string> environment;  // "NAME=value" of each variable that the build was given
};

std::string print_settings(const WrapperSettings& settings);
Result<WrapperSettings> read_settings(const std::filesystem::path& capture_folder);

}  // namespace xaas
