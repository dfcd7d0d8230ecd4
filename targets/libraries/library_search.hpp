// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host_probe.hpp"

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace xaas {

/// Folders that distributions put shared libraries of the architecture in.
std::vector<std::string> usual_library_folders(std::string_view architecture);

/// Paths in the loader's cache, /etc/ld.so.cache, of files whose names begin so.
std::vector<std::string> libraries_in_loader_cache(const HostProbe& probe,
                                                   std::string_view begin = {});

/// The shared libraries that programs of a machine could load, as far as their names tell.
struct LibrarySearch {
  std::vector<std::string> paths;     // in the order in which the loader would take them
  std::vector<std::string> problems;  // sentences: folders that could not be looked into
  bool looked_into_any = false;       // of the folders; a saved tree need not have any
};

/// Looks into `LD_LIBRARY_PATH`, the loader's cache, the usual folders, and last `more`, folders
/// that a module would put into the first, and Debian's alternatives. Each folder is listed once.
LibrarySearch search_libraries(const HostProbe& probe, std::string_view architecture,
                               const std::vector<std::string>& more);

/// Of these, libraries whose names begin so and end as sonames do (".so.12"), each path once.
std::vector<std::string> libraries_beginning(const LibrarySearch& search, std::string_view begin);

/// A library by a path on which the loader comes to it, and by the one without links.
struct LibraryFile {
  std::string path;
  std::string file;
};

/// Libraries whose names have one of these parts, each file once; at most k_most_candidates.
std::vector<LibraryFile> libraries_called(const HostProbe& probe, const LibrarySearch& search,
                                          std::span<const std::string_view> parts);
constexpr std::size_t k_most_candidates = 512;

/// Follows links, and asks about each once: thousands of files lie in a few folders.
class Links {
 public:
  explicit Links(const HostProbe& probe) : probe_(probe) {}

  /// The path without links in it or its folders; empty where they go in a circle.
  std::string without(std::string_view path);

 private:
  const HostProbe& probe_;
  std::map<std::string, std::string> known_;
};

/// The folders of a variable like `LD_LIBRARY_PATH`, those that are absolute.
std::vector<std::string> absolute_folders_in(std::string_view search_path);

/// "libfftw3.so.3" of "/usr/lib64/libfftw3.so.3", and "/usr/lib64".
std::string_view name_in(std::string_view path);
std::string_view folder_in(std::string_view path);

}  // namespace xaas
