// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace xaas {

/// What a linker option is for the record of a link.
enum class LinkerMeaning {
  kept,            // stands in the record as it is
  dropped,         // about this run only: maps, traces, threads, link-time optimization
  file,            // names a file that the linker reads
  script,          // the same, searched like a library
  library,         // -l
  search_folder,   // -L
  sysroot,         // --sysroot
  output,          // -o
  shared,          // -shared
  relocatable,     // -r
  only_static,     // -Bstatic
  allow_shared,    // -Bdynamic
  whole_archive,   // --whole-archive
  no_whole,        // --no-whole-archive
  push_state,      // --push-state
  pop_state,       // --pop-state
  format,          // --format=binary: the record's files would lose their names
  unsupported,     // changes which files are read in a way that the record cannot say
  dependencies,    // --dependency-file
  informs,         // --version: makes nothing
  strict_version,  // --no-undefined-version
};

/// One word or pair of words of the linker's command line.
struct LinkerArgument {
  LinkerMeaning meaning = LinkerMeaning::kept;
  bool is_option = true;  // false: an input file, its path in `value`
  std::string name;       // "--soname", "-z"; how the table writes it
  std::string value;
  std::vector<std::string> tokens;  // as given

  /// One word that means the same: "--soname=libx.so", "-znow".
  [[nodiscard]] std::string joined() const;
};

/// `argv` without the program, response files expanded, as ld.lld 22 reads it.
std::vector<LinkerArgument> parse_linker_arguments(const std::vector<std::string>& argv);

}  // namespace xaas
