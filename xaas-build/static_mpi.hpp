// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "capture_to_manifest.hpp"

#include <string>
#include <vector>

namespace xaas {

/// Warnings about installed programs and libraries that have an MPI library linked into them.
std::vector<std::string> static_mpi_warnings(const std::vector<BuiltConfiguration>& configurations);

}  // namespace xaas
