// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/targets/loading.hpp"

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace xaas {

/// A shared library of this machine, as a link and a loader would take it.
struct MachineLibrary {
  std::string path;
  std::string soname;             // its file's name where it has none
  std::string folder;             // in which its soname leads to it; empty: in none that is known
  std::set<std::string> symbols;  // that it defines, of those asked for
  std::set<std::string> brings;   // sonames of all that loading it brings, its own left out
  std::vector<LoadProblem> problems;  // what a loader would not find for it

  friend bool operator==(const MachineLibrary&, const MachineLibrary&) = default;
};

/// The library at `path`, then those beside it whose names are like one of `patterns` (with * and
/// ?), each file once; of what is not for `architecture`, or no library, nothing. What they define
/// is looked up among `symbols`, plain names.
std::vector<MachineLibrary> machine_libraries(const std::string& path,
                                              const std::vector<std::string>& patterns,
                                              const std::set<std::string>& symbols,
                                              std::string_view architecture);

/// Whether loaders look into this folder of this machine for every library, unasked. On a run path
/// it would come before `LD_LIBRARY_PATH` for all of them.
bool is_usual_library_folder(std::string_view folder, std::string_view architecture);

/// Paths of libraries that this machine's loader comes to by names like one of `patterns`, each
/// file once.
std::vector<std::string> libraries_called_like(const std::vector<std::string>& patterns,
                                               std::string_view architecture);

}  // namespace xaas
