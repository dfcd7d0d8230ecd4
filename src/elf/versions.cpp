// SPDX-License-Identifier: Apache-2.0
//
// Both version sections are chains of entries, each with a chain of auxiliary entries; every link
// is a distance in bytes, 0 at the end. Distances are never negative, so chains end; what could
// still take for ever are many entries that share one long auxiliary chain, which no linker writes.
// Counting auxiliary entries against the room that they would need stops that.
#include "versions.hpp"

#include <llvm/BinaryFormat/ELF.h>

namespace xaas {
namespace {

struct Table {
  std::string_view bytes;
  std::string_view strings;
};

Result<Table> read_table(const ElfImage& image, const ElfImage::Section& section) {
  XAAS_TRY(const auto bytes, image.contents(section));
  XAAS_TRY(const auto strings, image.linked_strings(section));
  return Table{.bytes = bytes, .strings = strings};
}

/// Calls `take(entry, offset)` for each entry of a chain; `next` is the distance to the one after.
template <class Entry, class Next, class Take>
Status walk(std::string_view bytes, std::uint64_t offset, Next next, Take take) {
  while (true) {
    XAAS_TRY(const Entry* entry, entry_at<Entry>(bytes, offset));
    XAAS_CHECK(take(*entry, offset));
    const std::uint32_t distance = next(*entry);
    if (distance == 0) return {};
    if (distance < sizeof(Entry)) return damaged_elf("version entries overlap");
    offset += distance;
  }
}

Status count_entry(std::size_t& left) {
  if (left == 0) return damaged_elf("version entries overlap");
  --left;
  return {};
}

}  // namespace

Result<std::vector<NeededVersion>> read_needed_versions(const ElfImage& image) {
  using Need = ElfLayout::Verneed;
  using Aux = ElfLayout::Vernaux;
  std::vector<NeededVersion> versions;
  const auto* section = image.find_section(llvm::ELF::SHT_GNU_verneed);
  if (section == nullptr || section->sh_type == llvm::ELF::SHT_NOBITS) return versions;
  XAAS_TRY(const auto table, read_table(image, *section));
  std::size_t left = table.bytes.size() / sizeof(Aux);
  XAAS_CHECK(walk<Need>(
      table.bytes, 0, [](const Need& need) { return std::uint32_t{need.vn_next}; },
      [&](const Need& need, std::uint64_t at) -> Status {
        XAAS_TRY(const auto library, text_at(table.strings, need.vn_file));
        if (need.vn_cnt == 0) return {};
        return walk<Aux>(
            table.bytes, at + need.vn_aux,
            [](const Aux& aux) { return std::uint32_t{aux.vna_next}; },
            [&](const Aux& aux, std::uint64_t) -> Status {
              XAAS_CHECK(count_entry(left));
              XAAS_TRY(const auto name, text_at(table.strings, aux.vna_name));
              const auto index =
                  static_cast<std::uint16_t>(aux.vna_other & llvm::ELF::VERSYM_VERSION);
              versions.push_back({std::string{library}, std::string{name}, index});
              return {};
            });
      }));
  return versions;
}

Result<std::vector<DefinedVersion>> read_defined_versions(const ElfImage& image) {
  using Definition = ElfLayout::Verdef;
  using Aux = ElfLayout::Verdaux;
  std::vector<DefinedVersion> versions;
  const auto* section = image.find_section(llvm::ELF::SHT_GNU_verdef);
  if (section == nullptr) return versions;
  XAAS_TRY(const auto table, read_table(image, *section));
  XAAS_CHECK(walk<Definition>(
      table.bytes, 0,
      [](const Definition& definition) { return std::uint32_t{definition.vd_next}; },
      [&](const Definition& definition, std::uint64_t at) -> Status {
        // The first auxiliary entry has the version's name; others name those it comes from.
        XAAS_TRY(const auto* aux, entry_at<Aux>(table.bytes, at + definition.vd_aux));
        XAAS_TRY(const auto name, text_at(table.strings, aux->vda_name));
        const auto index =
            static_cast<std::uint16_t>(definition.vd_ndx & llvm::ELF::VERSYM_VERSION);
        const bool is_base = (definition.vd_flags & llvm::ELF::VER_FLG_BASE) != 0;
        versions.push_back({std::string{name}, index, is_base});
        return {};
      }));
  return versions;
}

}  // namespace xaas
