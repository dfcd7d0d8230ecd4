// SPDX-License-Identifier: Apache-2.0
#include "elf_image.hpp"
#include "open_image.hpp"

#include "xaas/elf/elf_file.hpp"

#include <llvm/BinaryFormat/ELF.h>

#include <algorithm>

namespace xaas {
namespace {

struct LoadedSection {
  std::string_view name;
  std::uint64_t address = 0;
  std::uint64_t size = 0;
  std::string_view contents;

  friend bool operator==(const LoadedSection&, const LoadedSection&) = default;
};

Result<std::vector<LoadedSection>> loaded_sections(const ElfImage& image) {
  std::vector<LoadedSection> loaded;
  for (const auto& section : image.sections()) {
    if ((section.sh_flags & llvm::ELF::SHF_ALLOC) == 0) continue;
    LoadedSection entry{.address = section.sh_addr, .size = section.sh_size};
    XAAS_TRY(entry.name, image.name_of(section));
    XAAS_TRY(entry.contents, image.contents(section));
    loaded.push_back(entry);
  }
  return loaded;
}

}  // namespace

Result<std::string> first_loaded_difference(std::string_view a, std::string_view b) {
  XAAS_TRY(const auto image_a, open_image(a));
  XAAS_TRY(const auto image_b, open_image(b));
  XAAS_TRY(const auto sections_a, loaded_sections(image_a));
  XAAS_TRY(const auto sections_b, loaded_sections(image_b));
  const auto [in_a, in_b] = std::ranges::mismatch(sections_a, sections_b);
  if (in_a != sections_a.end()) return std::string(in_a->name);
  return in_b == sections_b.end() ? std::string() : std::string(in_b->name);
}

}  // namespace xaas
