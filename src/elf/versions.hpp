// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "elf_image.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace xaas {

struct NeededVersion {
  std::string library;
  std::string name;
  std::uint16_t index = 0;
};

struct DefinedVersion {
  std::string name;
  std::uint16_t index = 0;
  bool is_base = false;  // the file's own name, not a version
};

/// .gnu.version_r and .gnu.version_d (LSB 5.0, core, 10.7); empty when there are none.
Result<std::vector<NeededVersion>> read_needed_versions(const ElfImage& image);
Result<std::vector<DefinedVersion>> read_defined_versions(const ElfImage& image);

}  // namespace xaas
