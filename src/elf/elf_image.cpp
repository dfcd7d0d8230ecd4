// SPDX-License-Identifier: Apache-2.0
#include "elf_image.hpp"

#include <llvm/BinaryFormat/ELF.h>

#include <algorithm>

namespace xaas {

using llvm::StringRef;

namespace {

std::string_view view_of(StringRef text) {
  return {text.data(), text.size()};
}

}  // namespace

Result<std::string_view> text_at(std::string_view strings, std::uint64_t offset) {
  if (offset >= strings.size()) return damaged_elf("a name lies outside of the string table");
  const auto end = strings.find('\0', offset);
  if (end == std::string_view::npos) return damaged_elf("a name has no end");
  return strings.substr(offset, end - offset);
}

Result<ElfImage> ElfImage::open(std::string_view bytes) {
  XAAS_TRY(auto file,
           elf_result(llvm::object::ELF64LEFile::create(StringRef{bytes.data(), bytes.size()})));
  ElfImage image{bytes, std::move(file)};
  XAAS_TRY(const auto sections, elf_result(image.file_.sections()));
  XAAS_TRY(const auto segments, elf_result(image.file_.program_headers()));
  image.sections_ = {sections.data(), sections.size()};
  image.segments_ = {segments.data(), segments.size()};
  if (!sections.empty()) {
    XAAS_TRY(const auto names, elf_result(image.file_.getSectionStringTable(sections)));
    image.section_names_ = view_of(names);
  }
  return image;
}

Result<std::string_view> ElfImage::name_of(const Section& section) const {
  // A file without section names is allowed (gABI, e_shstrndx SHN_UNDEF).
  if (section_names_.empty()) return std::string_view{};
  return text_at(section_names_, section.sh_name);
}

const ElfImage::Section* ElfImage::find_section(std::uint32_t type) const {
  const auto found = std::ranges::find_if(
      sections_, [type](const Section& section) { return section.sh_type == type; });
  return found == sections_.end() ? nullptr : &*found;
}

Result<const ElfImage::Section*> ElfImage::find_section(std::string_view name) const {
  for (const auto& section : sections_) {
    XAAS_TRY(const auto found, name_of(section));
    if (found == name) return &section;
  }
  return nullptr;
}

const ElfImage::Segment* ElfImage::find_segment(std::uint32_t type) const {
  const auto found = std::ranges::find_if(
      segments_, [type](const Segment& segment) { return segment.p_type == type; });
  return found == segments_.end() ? nullptr : &*found;
}

Result<std::string_view> ElfImage::piece(std::uint64_t offset, std::uint64_t size,
                                         std::string_view what) const {
  if (offset > bytes_.size() || bytes_.size() - offset < size)
    return damaged_elf(fmt::format("a {} goes past the end of the file", what));
  return bytes_.substr(offset, size);
}

Result<std::string_view> ElfImage::contents(const Section& section) const {
  if (section.sh_type == llvm::ELF::SHT_NOBITS) return std::string_view{};
  return piece(section.sh_offset, section.sh_size, "section");
}

Result<std::string_view> ElfImage::contents(const Segment& segment) const {
  return piece(segment.p_offset, segment.p_filesz, "segment");
}

Result<std::string_view> ElfImage::linked_strings(const Section& section) const {
  if (section.sh_link >= sections_.size())
    return damaged_elf("a section is linked to one that is not there");
  const auto& strings = sections_[section.sh_link];
  if (strings.sh_type != llvm::ELF::SHT_STRTAB)
    return damaged_elf("a section is linked to one that is no string table");
  return contents(strings);
}

Result<std::span<const ElfLayout::Sym>> ElfImage::symbols(const Section& table) const {
  XAAS_TRY(const auto found, elf_result(file_.symbols(&table)));
  return std::span{found.data(), found.size()};
}

Result<std::vector<ElfLayout::Dyn>> ElfImage::dynamic_entries() const {
  std::vector<ElfLayout::Dyn> entries;
  // The program header, not the section, is what the loader reads.
  const auto* segment = find_segment(llvm::ELF::PT_DYNAMIC);
  if (segment == nullptr) return entries;
  XAAS_TRY(const auto table, contents(*segment));
  for (std::size_t offset = 0; offset < table.size(); offset += sizeof(ElfLayout::Dyn)) {
    XAAS_TRY(const auto* entry, entry_at<ElfLayout::Dyn>(table, offset));
    if (entry->d_tag == llvm::ELF::DT_NULL) return entries;
    entries.push_back(*entry);
  }
  if (table.empty()) return entries;
  return damaged_elf("the dynamic table has no end");
}

Result<std::string_view> ElfImage::loaded_at(std::uint64_t address) const {
  for (const auto& segment : segments_) {
    if (segment.p_type != llvm::ELF::PT_LOAD || address < segment.p_vaddr) continue;
    const auto distance = address - segment.p_vaddr;
    if (distance >= segment.p_filesz) continue;
    XAAS_TRY(const auto bytes, contents(segment));
    return bytes.substr(distance);
  }
  return damaged_elf("an address is not loaded from the file");
}

}  // namespace xaas
