// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host_probe.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace xaas {

/// Folders that distributions put shared libraries of the architecture in.
std::vector<std::string> usual_library_folders(std::string_view architecture);

/// Paths in the loader's cache, /etc/ld.so.cache, of files whose names begin so.
std::vector<std::string> libraries_in_loader_cache(const HostProbe& probe, std::string_view begin);

/// Where programs of the machine could find shared libraries whose names begin so and end as
/// sonames do (".so.12"), in the order in which the loader would take them: `LD_LIBRARY_PATH`, its
/// cache, the usual folders, and last `more`, folders that a module would put into the first.
std::vector<std::string> find_libraries(const HostProbe& probe, std::string_view architecture,
                                        std::string_view begin,
                                        const std::vector<std::string>& more);

/// The folders of a variable like `LD_LIBRARY_PATH`, those that are absolute.
std::vector<std::string> absolute_folders_in(std::string_view search_path);

}  // namespace xaas
