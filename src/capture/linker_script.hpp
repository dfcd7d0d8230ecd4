// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace xaas {

/// A text file given to the linker in the place of a library, as libc.so is.
struct LibraryScript {
  struct Item {
    enum class Kind { file, begin_as_needed, end_as_needed } kind = Kind::file;
    std::string name;  // "/lib/libc.so.6", "-lm", "=x.so" or "libx.so"
  };
  std::vector<Item> items;
  std::vector<std::string> search_folders;  // SEARCH_DIR
  bool has_more = false;  // commands beyond naming files: it has to reach the linker itself
};

/// `corrupt` when it is not a linker script that names files.
Result<LibraryScript> parse_library_script(std::string_view text);

}  // namespace xaas
