// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "record/deployment_record.hpp"

#include "xaas/planning/choose_libraries.hpp"
#include "xaas/specializations/library_interface.hpp"
#include "xaas/support/result.hpp"
#include "xaas/targets/site_profile.hpp"
#include "xaas/targets/target.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace xaas {

struct SiteLibraryQuestion {
  const Target& target;
  bool is_detected_here = false;  // else what it says is taken where this machine has the same
  const std::vector<LibraryInterface>& interfaces;
  const LibraryUses& uses;
  const LibrarySettings& settings;
};

/// What the target has of the interfaces that are used, and what users name by its path; their
/// files are looked at, on this machine.
std::vector<Implementation> find_implementations(const SiteLibraryQuestion& question);

/// For trees: takes the folder from what a run path with it would not lead to alone. Those that
/// loaders search anyway lead to libraries of all kinds, and one folder may hide what is linked of
/// another. The tree has a link to such a library then.
void drop_shared_folders(std::vector<LibraryChoice>& choices, std::string_view architecture);

/// Sonames with * and ? of libraries that trees leave to the machine: as the site says, and those
/// of interfaces whose libraries are of use on one machine alone.
std::vector<std::string> never_bundled(const SiteProfile& site,
                                       const std::vector<LibraryInterface>& interfaces);

/// Leaves out what only images need to be started with (InterfaceOpening::environment).
void drop_images_own(std::vector<std::string>& environment,
                     const std::vector<LibraryInterface>& interfaces);

/// What is to be said of a tree's own libraries (paths) that open more files by themselves: by
/// paths of the machine that built the image, where a tree has none. Empty: nothing.
std::string note_on_openings(const std::vector<std::string>& libraries,
                             const std::vector<LibraryInterface>& interfaces);

/// What the record keeps of the choices of the machine's libraries; their files are read.
Result<std::vector<LinkedLibrary>> linked_libraries(const std::vector<LibraryChoice>& choices);

/// What is to be said where the image's own are linked although the machine may have others.
std::vector<std::string> notes_on_libraries(const std::vector<LibraryChoice>& choices);

}  // namespace xaas
