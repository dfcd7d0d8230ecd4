// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/result.hpp"
#include "xaas/targets/loading.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace xaas {

/// Links `folder`/mpi-probe: a program that is loaded as `program` is and, given `program.mpi.abi`
/// as its argument, prints "xaas-mpi RANK of SIZE" once all ranks of its world are at the same
/// point. Links as lower_in_child() does. The path.
Result<std::filesystem::path> link_mpi_probe(const MpiProgram& program,
                                             std::string_view architecture,
                                             const std::filesystem::path& folder,
                                             std::string_view lower_command);

}  // namespace xaas
