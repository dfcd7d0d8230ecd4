// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host_probe.hpp"

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
/// its symbols say; its name is only why it is looked at. One that is loaded, or that a module
/// would bring (Cray's, EasyBuild's, Intel's variables), counts.
MpiFacts find_mpi(const HostProbe& probe, std::string_view architecture);

/// What the C library of an MPI, in `bytes`, is; empty when it is none (another language's
/// bindings, a library that is called alike) or for another architecture. An ABI that is not known
/// is empty.
std::optional<MpiInstallation> mpi_of_library(std::string_view bytes,
                                              std::string_view architecture);

}  // namespace xaas
