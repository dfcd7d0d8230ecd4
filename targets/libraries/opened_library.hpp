// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "library_search.hpp"

#include "xaas/support/mapped_file.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace xaas {

/// A shared library as far as it tells what it is.
struct OpenedLibrary {
  std::string path;                            // by its soname where that leads to it
  std::string file;                            // without links
  std::string soname;                          // its file's name where it has none
  std::vector<std::string> needed;             // sonames
  std::map<std::string, std::string> exports;  // of the symbols asked for; data with its text
  std::string_view constants;                  // its .rodata, where what it prints stands
  MappedFile bytes;                            // what the view is of

  [[nodiscard]] bool exports_any(std::span<const std::string_view> names) const;
  [[nodiscard]] bool needs_any(std::span<const std::string_view> begins_of_sonames) const;
  /// GNU's, LLVM's, Intel's, Cray's or NVIDIA's.
  [[nodiscard]] bool needs_openmp() const;
};

/// Which libraries are opened, and what they are asked. The name of a file is a reason to open it
/// and no more.
struct LibraryQuestion {
  std::string_view architecture;
  std::span<const std::string_view> parts_of_names;
  std::set<std::string, std::less<>> symbols;
};

/// Calls `use` with each library for the architecture that exports one of the symbols, in the
/// loader's order. What else is called like a library - a linker's script, one of another
/// architecture - is passed over; what is damaged or cannot be read is among the sentences that
/// come back. Files are mapped, one at a time: some have hundreds of megabytes, and login nodes
/// limit addresses.
std::vector<std::string> for_each_library(const HostProbe& probe, const LibrarySearch& search,
                                          const LibraryQuestion& question,
                                          const std::function<void(const OpenedLibrary&)>& use);

/// The number behind `banner` in a text: "0.3.21" of "OpenBLAS 0.3.21 DYNAMIC_ARCH"; or empty.
std::string version_behind(std::string_view text, std::string_view banner);

/// The only zero-terminated number of at least so many parts, "1.17.0"; empty when there is none,
/// or several that differ.
std::string lone_version(std::string_view constants, std::size_t least_parts);

/// "3.11.0" of a library called libblas.so.3.11.0 whose soname is libblas.so.3.
std::string version_in_file_name(const OpenedLibrary& library);

/// "24.03.0" of /opt/cray/pe/libsci/24.03.0/GNU/12.3/x86_64/lib and "2021.3.0" of
/// .../intel-oneapi-mkl-2021.3.0-7vtz/lib, where module trees have their versions.
std::string version_in_folders(std::string_view path, std::string_view product);

}  // namespace xaas
