// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace xaas {

/// Whether a file is one of Clang's own headers (`immintrin.h`), which lie in
/// PREFIX/lib/clang/VERSION/include.
inline bool is_compiler_header(std::string_view path) {
  const auto folder = path.rfind("/lib/clang/");
  return folder != path.npos && path.substr(folder).contains("/include/");
}

}  // namespace xaas
