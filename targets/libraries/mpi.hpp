// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host_probe.hpp"
#include "library_search.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace xaas {

struct MpiFacts {
  std::vector<MpiInstallation> installations;
  std::vector<std::string> problems;  // sentences
};

/// MPI libraries among those of the search, in the loader's order. What a library is, its symbols
/// say; its name is only why it is looked at.
MpiFacts find_mpi(const HostProbe& probe, const LibrarySearch& search,
                  std::string_view architecture);

/// What the C library of an MPI, in `bytes`, is; empty when it is none (another language's
/// bindings, a library that is called alike) or for another architecture. An ABI that is not known
/// is empty.
std::optional<MpiInstallation> mpi_of_library(std::string_view bytes,
                                              std::string_view architecture);

}  // namespace xaas
