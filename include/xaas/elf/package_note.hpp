// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace xaas {

/// What a program or library says of itself in `.note.package`: one JSON object (systemd, "ELF
/// Package Metadata").
struct PackageNote {
  std::string file;  // of a core file: the path that was mapped, empty when it does not say
  std::string text;
};

/// Of an ELF file none or one; of a core file those of the program and the libraries that were
/// mapped. `invalid_input` for other bytes. What is cut off or damaged is passed over.
Result<std::vector<PackageNote>> read_package_notes(std::string_view bytes);

}  // namespace xaas
