// SPDX-License-Identifier: Apache-2.0
#include "unused_symbols.hpp"

#include "elf_image.hpp"
#include "open_image.hpp"

#include <llvm/BinaryFormat/ELF.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

namespace xaas {
namespace {

using Section = ElfLayout::Shdr;
using Symbol = ElfLayout::Sym;

/// Calls `change(entry)` for each entry of a table in the object, which is checked already.
template <class Entry, class Change>
void for_each_entry(std::string& object, const Section& table, Change change) {
  const std::size_t begin = table.sh_offset;
  for (std::size_t at = 0; at + sizeof(Entry) <= table.sh_size; at += sizeof(Entry))
    change(*reinterpret_cast<Entry*>(object.data() + begin + at));
}

/// Calls `change(index)` for each place where another section names a symbol of the table.
template <class Change>
void for_each_use(std::string& object, std::span<const Section> sections, Change change) {
  const auto relocate = [&](auto& relocation) {
    relocation.setSymbol(change(relocation.getSymbol(/*isMips64EL=*/false)), /*IsMips64EL=*/false);
  };
  for (const Section& section : sections) {
    if (section.sh_type == llvm::ELF::SHT_RELA)
      for_each_entry<ElfLayout::Rela>(object, section, relocate);
    if (section.sh_type == llvm::ELF::SHT_REL)
      for_each_entry<ElfLayout::Rel>(object, section, relocate);
  }
}

/// Tables other than these refer to symbols in ways of their own; then the object stays as it is.
bool is_understood(std::span<const Section> sections, std::size_t table) {
  for (const Section& section : sections) {
    const bool is_known =
        section.sh_type == llvm::ELF::SHT_RELA || section.sh_type == llvm::ELF::SHT_REL;
    if (!is_known && section.sh_type != llvm::ELF::SHT_NULL && section.sh_link == table &&
        section.sh_type != llvm::ELF::SHT_SYMTAB)
      return false;
  }
  return true;
}

/// Symbols' new indices; those that go have 0.
std::vector<std::uint32_t> renumbered(std::span<const Symbol> symbols,
                                      const std::vector<bool>& is_used) {
  std::vector<std::uint32_t> indices(symbols.size());
  std::uint32_t next = 0;
  for (std::size_t i = 0; i < symbols.size(); ++i)
    if (is_used[i] || symbols[i].getType() != llvm::ELF::STT_SECTION) indices[i] = next++;
  return indices;
}

}  // namespace

Result<std::optional<std::string>> without_unused_section_symbols(std::string_view object) {
  XAAS_TRY(const auto image, open_image(object));
  const Section* table = image.find_section(llvm::ELF::SHT_SYMTAB);
  const auto sections = image.sections();
  for (const Section& section : sections) XAAS_CHECK(image.contents(section));
  if (table == nullptr) return std::nullopt;
  const auto number = static_cast<std::size_t>(table - sections.data());
  if (!is_understood(sections, number)) return std::nullopt;
  XAAS_TRY(const auto symbols, image.symbols(*table));

  std::string patched(object);
  std::vector<bool> is_used(symbols.size());
  bool is_damaged = false;
  for_each_use(patched, sections, [&](std::uint32_t index) {
    is_damaged |= index >= symbols.size();
    if (!is_damaged) is_used[index] = true;
    return index;
  });
  if (is_damaged) return damaged_elf("a relocation names no symbol of the table");
  const auto indices = renumbered(symbols, is_used);
  const std::size_t kept = indices.empty() ? 0 : *std::ranges::max_element(indices) + 1;
  if (kept == symbols.size()) return std::nullopt;

  for_each_use(patched, sections, [&](std::uint32_t index) { return indices[index]; });
  std::uint32_t local = 0;
  for (std::size_t i = 0; i < symbols.size(); ++i) {
    if (i > 0 && indices[i] == 0) continue;
    std::memcpy(patched.data() + table->sh_offset + indices[i] * sizeof(Symbol), &symbols[i],
                sizeof(Symbol));
    if (symbols[i].getBinding() == llvm::ELF::STB_LOCAL) local = indices[i] + 1;
  }
  auto& header = *reinterpret_cast<Section*>(patched.data() + image.header().e_shoff +
                                             number * sizeof(Section));
  header.sh_size = kept * sizeof(Symbol);
  header.sh_info = local;
  return patched;
}

}  // namespace xaas
