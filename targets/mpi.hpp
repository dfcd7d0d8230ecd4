// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host_probe.hpp"
#include "package_folders.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace xaas {

struct MpiFacts {
  std::optional<std::vector<MpiInstallation>> installations;  // empty: could not be looked for
  std::string origin;
  std::vector<std::string> problems;  // sentences
};

/// MPI libraries that programs of the machine could load, in the loader's order. What a library is,
/// its symbols say; its name is only why it is looked at. One that no loader finds by itself, in
/// `packages`, counts, and is described with the module that it needs.
MpiFacts find_mpi(const HostProbe& probe, std::string_view architecture,
                  const PackageFolders& packages);

/// What the C library of an MPI, in `bytes`, is; empty when it is none (another language's
/// bindings, a library that is called alike) or for another architecture. An ABI that is not known
/// is empty.
std::optional<MpiInstallation> mpi_of_library(std::string_view bytes,
                                              std::string_view architecture);

}  // namespace xaas
