// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "deployment_record.hpp"

#include "xaas/planning/choose_libraries.hpp"
#include "xaas/specializations/library_interface.hpp"
#include "xaas/support/result.hpp"
#include "xaas/targets/site_profile.hpp"
#include "xaas/targets/target.hpp"

#include <string>
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

/// Sonames with * and ? of libraries that trees leave to the machine: as the site says, and those
/// of interfaces whose libraries are of use on one machine alone.
Result<std::vector<std::string>> never_bundled(const SiteProfile& site);

/// What the record keeps of the choices of the machine's libraries; their files are read.
Result<std::vector<LinkedLibrary>> linked_libraries(const std::vector<LibraryChoice>& choices);

/// What is to be said where the image's own are linked although the machine may have others.
std::vector<std::string> notes_on_libraries(const std::vector<LibraryChoice>& choices);

}  // namespace xaas
