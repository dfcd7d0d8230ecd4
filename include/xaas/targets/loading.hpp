// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/targets/machine.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace xaas {

/// Something that a program would not start without, and that its loader does not find.
struct LoadProblem {
  enum class Kind {
    unreadable,  // `file` itself; `needed` says why
    no_loader,   // `needed` is its path
    no_library,  // `needed` is its soname
    no_version,  // `needed` is a version, `GLIBC_2.38`, that `provider` does not define
    no_symbol,   // `needed` is defined by nothing that the program loads
  } kind = Kind::no_library;
  std::string file;  // that needs it
  std::string needed;
  std::string provider;
  std::vector<std::string> folders;  // of a library: where it was looked for, in order

  friend bool operator==(const LoadProblem&, const LoadProblem&) = default;
};

/// What of this machine programs below another root see, too: each at the same path.
struct BoundFiles {
  std::vector<std::string> paths;            // absolute, of folders and files
  std::vector<std::string> library_folders;  // in their LD_LIBRARY_PATH

  friend bool operator==(const BoundFiles&, const BoundFiles&) = default;
};

/// What glibc's loader, by the rules of ld.so(8), would not find for each of `programs`, paths
/// below `root` (empty: this machine), and for all that it needs. A library is asked for its
/// symbols when it lies below `own`: of others nothing is known but what they promise. Nothing is
/// run.
std::vector<LoadProblem> load_problems(const std::filesystem::path& root,
                                       const std::vector<std::string>& programs,
                                       const std::string& own, const BoundFiles& bound = {});

/// A program that loads an MPI library, and what to link another one with for the loader to do the
/// same.
struct MpiProgram {
  std::string path;
  std::string interpreter;
  std::vector<std::string> libraries;  // that it needs itself, where they are found, in order
  std::vector<std::string> folders;    // of its DT_RPATH or DT_RUNPATH, absolute
  bool has_rpath = false;
  MpiInstallation mpi;  // an ABI that is not known is empty, and a launcher that is not beside it

  friend bool operator==(const MpiProgram&, const MpiProgram&) = default;
};

/// Those of `programs` that load an MPI library, where their loader finds all that they need; found
/// as for load_problems().
std::vector<MpiProgram> mpi_programs(const std::filesystem::path& root,
                                     const std::vector<std::string>& programs,
                                     const BoundFiles& bound = {});

/// Libraries that this machine's loader would load for each of `libraries`, those themselves left
/// out: paths, each once. What is not found is not among them.
std::vector<std::string> loaded_with(const std::vector<std::string>& libraries);

}  // namespace xaas
