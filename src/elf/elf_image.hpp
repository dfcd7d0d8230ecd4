// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "llvm_error.hpp"

#include "xaas/support/result.hpp"

#include <llvm/Object/ELF.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace xaas {

using ElfLayout = llvm::object::ELF64LE;

/// Views into the bytes of one 64-bit little-endian ELF file, every one of them checked to lie
/// inside. The bytes must outlive it. LLVM's own readers of dynamic and version tables are not
/// used: they insist on alignment in memory, and a damaged chain keeps them busy for hours.
class ElfImage {
 public:
  using Section = ElfLayout::Shdr;
  using Segment = ElfLayout::Phdr;

  static Result<ElfImage> open(std::string_view bytes);

  [[nodiscard]] const ElfLayout::Ehdr& header() const { return file_.getHeader(); }
  [[nodiscard]] std::span<const Section> sections() const { return sections_; }
  [[nodiscard]] std::span<const Segment> segments() const { return segments_; }

  [[nodiscard]] Result<std::string_view> name_of(const Section& section) const;
  /// The first section of that type or name; null when there is none.
  [[nodiscard]] const Section* find_section(std::uint32_t type) const;
  [[nodiscard]] Result<const Section*> find_section(std::string_view name) const;
  [[nodiscard]] const Segment* find_segment(std::uint32_t type) const;

  /// Empty for sections that take no room in the file.
  [[nodiscard]] Result<std::string_view> contents(const Section& section) const;
  [[nodiscard]] Result<std::string_view> contents(const Segment& segment) const;
  /// The string table that a section's sh_link names.
  [[nodiscard]] Result<std::string_view> linked_strings(const Section& section) const;
  [[nodiscard]] Result<std::span<const ElfLayout::Sym>> symbols(const Section& table) const;

  /// Entries up to DT_NULL; none in a file that is not dynamically linked.
  [[nodiscard]] Result<std::vector<ElfLayout::Dyn>> dynamic_entries() const;
  /// What is loaded at `address`, up to the end of its segment's bytes.
  [[nodiscard]] Result<std::string_view> loaded_at(std::uint64_t address) const;

 private:
  ElfImage(std::string_view bytes, llvm::object::ELF64LEFile file)
      : bytes_(bytes), file_(std::move(file)) {}
  [[nodiscard]] Result<std::string_view> piece(std::uint64_t offset, std::uint64_t size,
                                               std::string_view what) const;

  std::string_view bytes_;
  llvm::object::ELF64LEFile file_;
  std::span<const Section> sections_;
  std::span<const Segment> segments_;
  std::string_view section_names_;
};

/// The text that starts at `offset` of a string table.
Result<std::string_view> text_at(std::string_view strings, std::uint64_t offset);

/// A table entry at `offset`. LLVM's ELF structures need no alignment.
template <class Entry>
Result<const Entry*> entry_at(std::string_view table, std::uint64_t offset) {
  static_assert(alignof(Entry) == 1);
  if (offset > table.size() || table.size() - offset < sizeof(Entry))
    return damaged_elf("a table entry goes past the end of its section");
  return reinterpret_cast<const Entry*>(table.data() + offset);
}

}  // namespace xaas
