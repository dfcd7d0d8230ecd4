// SPDX-License-Identifier: Apache-2.0
#include "notes.hpp"

#include "elf_image.hpp"
#include "open_image.hpp"

#include "xaas/elf/package_note.hpp"

#include <llvm/BinaryFormat/ELF.h>

#include <algorithm>
#include <map>

namespace xaas {

namespace elf = llvm::ELF;

namespace {

using Address = llvm::support::ulittle64_t;

/// Program headers, as far as they are there: a core file holds the first page of a mapped file,
/// without its sections.
std::vector<const ElfLayout::Phdr*> segments_in(std::string_view bytes) {
  std::vector<const ElfLayout::Phdr*> segments;
  const auto header = entry_at<ElfLayout::Ehdr>(bytes, 0);
  if (!header || (*header)->e_phentsize != sizeof(ElfLayout::Phdr)) return segments;
  for (std::uint64_t i = 0; i < (*header)->e_phnum; ++i) {
    const auto segment =
        entry_at<ElfLayout::Phdr>(bytes, (*header)->e_phoff + i * sizeof(ElfLayout::Phdr));
    if (!segment) break;
    segments.push_back(*segment);
  }
  return segments;
}

/// As many of the segment's bytes as are there.
std::string_view bytes_of(std::string_view bytes, const ElfLayout::Phdr& segment) {
  if (segment.p_offset > bytes.size()) return {};
  return bytes.substr(segment.p_offset, segment.p_filesz);
}

std::optional<std::string_view> find_in_segments(std::string_view bytes, std::string_view owner,
                                                 std::uint32_t type) {
  for (const ElfLayout::Phdr* segment : segments_in(bytes)) {
    if (segment->p_type != elf::PT_NOTE) continue;
    if (const auto note = find_note(bytes_of(bytes, *segment), owner, type)) return note;
  }
  return std::nullopt;
}

/// The text of a package note, without the zeros behind it.
std::string package_in(std::string_view bytes) {
  const auto note = find_in_segments(bytes, "FDO", 0xcafe1a7e);
  if (!note) return {};
  return std::string(note->substr(0, note->find('\0')));
}

/// Files by the address that they are mapped at, of a core file (core(5), NT_FILE: a count, the
/// size of a page; start, end and page of each; their names).
std::map<std::uint64_t, std::string> mapped_files(std::string_view core) {
  std::map<std::uint64_t, std::string> files;
  const auto note = find_in_segments(core, "CORE", elf::NT_FILE);
  if (!note) return files;
  const auto count = entry_at<Address>(*note, 0);
  constexpr std::uint64_t k_head = 2 * sizeof(Address);
  constexpr std::uint64_t k_entry = 3 * sizeof(Address);
  if (!count || **count > note->size() / k_entry) return files;
  const std::uint64_t names = k_head + **count * k_entry;
  std::string_view rest = names > note->size() ? "" : note->substr(names);
  for (std::uint64_t i = 0; i < **count && !rest.empty(); ++i) {
    const auto start = entry_at<Address>(*note, k_head + i * k_entry);
    const std::size_t end = std::min(rest.find('\0'), rest.size());
    if (start) files.emplace(**start, rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return files;
}

std::vector<PackageNote> notes_of_core(std::string_view core) {
  const auto files = mapped_files(core);
  std::vector<PackageNote> notes;
  for (const ElfLayout::Phdr* segment : segments_in(core)) {
    if (segment->p_type != elf::PT_LOAD) continue;
    const std::string_view memory = bytes_of(core, *segment);
    if (!is_elf(memory)) continue;
    std::string text = package_in(memory);
    const auto file = files.find(segment->p_vaddr);
    if (!text.empty())
      notes.push_back({.file = file == files.end() ? "" : file->second, .text = std::move(text)});
  }
  return notes;
}

}  // namespace

/// Notes are walked in steps of four bytes (gABI 4.1, figure 5-4; what 64-bit linkers write is
/// aligned so, whatever the segment's alignment says).
std::optional<std::string_view> find_note(std::string_view notes, std::string_view owner,
                                          std::uint32_t type) {
  const auto padded = [](std::uint64_t size) { return (size + 3) & ~std::uint64_t{3}; };
  while (notes.size() >= sizeof(ElfLayout::Nhdr)) {
    const auto* note = reinterpret_cast<const ElfLayout::Nhdr*>(notes.data());
    const auto content = sizeof(ElfLayout::Nhdr) + padded(note->n_namesz);
    if (content > notes.size() || notes.size() - content < note->n_descsz) return std::nullopt;
    const auto name = notes.substr(sizeof(ElfLayout::Nhdr), note->n_namesz);
    if (note->n_type == type && name == std::string(owner) + '\0')
      return notes.substr(content, note->n_descsz);
    const auto whole = content + padded(note->n_descsz);
    notes.remove_prefix(std::min<std::uint64_t>(whole, notes.size()));
  }
  return std::nullopt;
}

Result<std::vector<PackageNote>> read_package_notes(std::string_view bytes) {
  if (!is_elf(bytes) || !has_our_layout(bytes)) {
    return fail(ErrorKind::invalid_input, "it is neither a 64-bit ELF file nor a core file")
        .with_code("elf.not-elf");
  }
  XAAS_TRY(const auto* header, entry_at<ElfLayout::Ehdr>(bytes, 0));
  if (header->e_type == elf::ET_CORE) return notes_of_core(bytes);
  std::string text = package_in(bytes);
  if (text.empty()) return std::vector<PackageNote>{};
  return std::vector<PackageNote>{{.file = "", .text = std::move(text)}};
}

}  // namespace xaas
