// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "record/deployment_record.hpp"

#include "xaas/specializations/library_interface.hpp"
#include "xaas/targets/loading.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace xaas {

/// What of this machine an image's programs need that were linked with these libraries of it:
/// their folders, where the image has nothing in their place, else files alone; and what they need
/// themselves and the image, unpacked at `root`, has not; and folders of what they open by
/// themselves, as the interfaces say. None of it need be there.
BoundFiles library_binds(const std::vector<LinkedLibrary>& libraries,
                         const std::filesystem::path& root,
                         const std::vector<LibraryInterface>& interfaces);

/// The same of what was found out: paths of libraries, and of those that they load.
BoundFiles binds_of(const std::vector<std::string>& libraries,
                    const std::vector<std::string>& needed, const std::filesystem::path& root,
                    const std::vector<LibraryInterface>& interfaces);

}  // namespace xaas
