// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "library_search.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace xaas {

struct NetworkLibraryFacts {
  std::vector<NetworkLibrary> libraries;
  std::vector<std::string> problems;  // sentences
};

/// libfabric and UCX among the libraries of the search, the first of each as the loader takes it.
/// Providers are those that show without running it: by what libfabric is linked with, and by the
/// modules in its folder and UCX's. What is built in and needs nothing ("tcp", "shm") does not.
NetworkLibraryFacts find_network_libraries(const HostProbe& probe, const LibrarySearch& search,
                                           std::string_view architecture);

}  // namespace xaas
