// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace xaas {

/// NT_GNU_BUILD_ID of a linked 64-bit ELF file as lowercase hex (gABI 4.1, notes); empty when there
/// is none or the file's tables do not hold together. The wrapper starts for every compile: the
/// general reader of `elf` would bring LLVM's object library along.
[[nodiscard]] std::string build_id_of(std::string_view file);

}  // namespace xaas
