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

/// The versions that one library must have.
class NeedReader {
 public:
  using Need = ElfLayout::Verneed;
  using Aux = ElfLayout::Vernaux;

  explicit NeedReader(Table table) : table_(table), left_(table.bytes.size() / sizeof(Aux)) {}

  Status read(const Need& need, std::uint64_t at) {
    XAAS_TRY(const auto library, text_at(table_.strings, need.vn_file));
    if (need.vn_cnt == 0) return {};
    const auto next = [](const Aux& aux) { return std::uint32_t{aux.vna_next}; };
    return walk<Aux>(table_.bytes, at + need.vn_aux, next,
                     [&](const Aux& aux, std::uint64_t) { return add(library, aux); });
  }

  std::vector<NeededVersion> take_versions() { return std::move(versions_); }

 private:
  Status add(std::string_view library, const Aux& aux) {
    if (left_ == 0) return damaged_elf("version entries overlap");
    --left_;
    XAAS_TRY(const auto name, text_at(table_.strings, aux.vna_name));
    const auto index = static_cast<std::uint16_t>(aux.vna_other & llvm::ELF::VERSYM_VERSION);
    versions_.push_back(
        {.library = std::string{library}, .name = std::string{name}, .index = index});
    return {};
  }

  Table table_;
  std::size_t left_;
  std::vector<NeededVersion> versions_;
};

}  // namespace

Result<std::vector<NeededVersion>> read_needed_versions(const ElfImage& image) {
  const auto* section = image.find_section(llvm::ELF::SHT_GNU_verneed);
  if (section == nullptr) return std::vector<NeededVersion>{};
  XAAS_TRY(const auto table, read_table(image, *section));
  NeedReader reader{table};
  XAAS_CHECK(walk<NeedReader::Need>(
      table.bytes, 0, [](const NeedReader::Need& need) { return std::uint32_t{need.vn_next}; },
      [&reader](const NeedReader::Need& need, std::uint64_t at) { return reader.read(need, at); }));
  return reader.take_versions();
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
        versions.push_back({.name = std::string{name}, .index = index, .is_base = is_base});
        return {};
      }));
  return versions;
}

}  // namespace xaas
