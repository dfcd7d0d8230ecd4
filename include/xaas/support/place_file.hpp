// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/result.hpp"

#include <filesystem>

namespace xaas {

enum class Overwrite { no, yes };

/// Moves a finished file, which lies in a folder beside `target`, to its name, in one step: at
/// every moment there is the old file or the new one. With Overwrite::no `output.exists` when
/// something is there, also when another process was faster.
Status place_file(const std::filesystem::path& finished, const std::filesystem::path& target,
                  Overwrite overwrite);

/// Whether a file could be made beside `target`, which may be there or not, and moved to its name.
Status check_can_make_beside(const std::filesystem::path& target);

/// That something is at the place of an output, and what to do about it.
Error file_exists(const std::filesystem::path& target);

/// Whether renameat2(2) may have failed for its flags alone: file systems say EINVAL, old kernels
/// ENOSYS, filters of system calls EPERM, some user-space file systems EOPNOTSUPP.
bool is_flag_unknown(int error);

}  // namespace xaas
