// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/planning/choose_libraries.hpp"

#include <map>
#include <set>
#include <string>

namespace xaas {

/// What an image's links need of an interface.
struct NeededInterface {
  const LibraryInterface& interface;
  const std::map<std::string, std::set<std::string>>& uses;  // soname -> symbols
  const std::set<std::string>& openmp_runtimes;              // sonames that the image's links need
};

/// Sonames of the OpenMP runtimes that the links of the configuration need.
std::set<std::string> openmp_runtimes_of(const IrManifest& manifest);

/// Why the program would not run, or not compute the same, with this implementation; empty: it
/// would.
std::string why_unfit(const NeededInterface& needed, const Implementation& candidate);

/// The first of its files that defines all of these; null: none does.
const MachineLibrary* file_with(const Implementation& candidate,
                                const std::set<std::string>& symbols);

}  // namespace xaas
