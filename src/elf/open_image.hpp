// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "elf_image.hpp"

#include <string_view>

namespace xaas {

bool is_elf(std::string_view bytes);

/// 64-bit and little-endian, as all of our targets are.
bool has_our_layout(std::string_view bytes);

/// For questions that only an ELF file can answer: other bytes are an error.
Result<ElfImage> open_image(std::string_view bytes);

}  // namespace xaas
