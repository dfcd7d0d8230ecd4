// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace xaas {

/// Whether a soname belongs to the C library: its files, the loader among them, only work together
/// and come from one machine, all or none (glibc's own, Debian's libc6 package).
[[nodiscard]] bool is_c_library(std::string_view soname);

/// Whether a soname belongs to a compiler: the library of its language, its exceptions, its OpenMP.
[[nodiscard]] bool is_compiler_library(std::string_view soname);

}  // namespace xaas
