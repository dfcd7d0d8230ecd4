// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "library_search.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace xaas {

struct BlasFacts {
  std::vector<BlasLibrary> libraries;
  std::vector<std::string> problems;  // sentences
};

/// Libraries of linear algebra among those of the search, one entry for what lies in one folder, in
/// the loader's order: where distributions let the administrator choose (Debian's alternatives),
/// the chosen one is first. A vendor's for GPUs provides nothing that is called like BLAS.
BlasFacts find_blas(const HostProbe& probe, const LibrarySearch& search,
                    std::string_view architecture);

}  // namespace xaas
