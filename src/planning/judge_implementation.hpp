// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/planning/choose_libraries.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace xaas {

/// What a process of the image's programs has, and can have once.
struct ProcessLibraries {
  std::set<std::string> openmp_runtimes;  // sonames
  std::set<std::string> mpi_classes;      // that the programs are compiled for
  std::set<std::string> site_mpi;  // sonames of the machine's, with what it brings; empty: none
};

/// Of the links of the configuration: no choice is made yet.
ProcessLibraries process_libraries(const IrManifest& manifest,
                                   const std::vector<LibraryInterface>& interfaces);

/// Those of these sonames that are OpenMP runtimes.
std::set<std::string> openmp_runtimes_among(const std::set<std::string>& sonames);

/// What an image's links need of an interface.
struct NeededInterface {
  const LibraryInterface& interface;
  const std::map<std::string, std::set<std::string>>& uses;  // soname -> symbols
  const std::vector<LibraryInterface>& interfaces;           // all of them
  const ProcessLibraries& process;
};

/// Why the program would not run, or not compute the same, with this implementation; empty: it
/// would.
std::string why_unfit(const NeededInterface& needed, const Implementation& candidate);

/// Which of its files stands for one of the image's: of those that fit the one that it is known by,
/// or else the one that is called the same, or else the first. Null: none fits.
const MachineLibrary* file_for(const NeededInterface& needed, const Implementation& candidate,
                               const std::string& soname);

}  // namespace xaas
