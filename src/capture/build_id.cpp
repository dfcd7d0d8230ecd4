// SPDX-License-Identifier: Apache-2.0
#include "build_id.hpp"

#include <elf.h>

#include <cstdint>
#include <cstring>
#include <optional>

namespace xaas {
namespace {

/// A structure at an offset of the file; empty when it does not lie in it.
template <class T>
std::optional<T> read_at(std::string_view file, std::uint64_t offset) {
  if (offset > file.size() || file.size() - offset < sizeof(T)) return {};
  T value{};
  std::memcpy(&value, file.data() + offset, sizeof(T));
  return value;
}

std::uint64_t padded(std::uint64_t size) {
  return (size + 3) & ~std::uint64_t{3};
}

std::string hex_of(std::string_view bytes) {
  constexpr char k_digits[] = "0123456789abcdef";
  std::string hex;
  for (const char c : bytes) {
    hex += k_digits[static_cast<unsigned char>(c) >> 4];
    hex += k_digits[static_cast<unsigned char>(c) & 15];
  }
  return hex;
}

std::string build_id_in(std::string_view notes) {
  std::uint64_t at = 0;
  while (const auto note = read_at<Elf64_Nhdr>(notes, at)) {
    const std::uint64_t name = at + sizeof(Elf64_Nhdr);
    const std::uint64_t content = name + padded(note->n_namesz);
    const std::uint64_t next = content + padded(note->n_descsz);
    if (content + note->n_descsz > notes.size()) return {};
    if (note->n_type == NT_GNU_BUILD_ID &&
        notes.substr(name, note->n_namesz) == std::string_view("GNU\0", 4)) {
      return hex_of(notes.substr(content, note->n_descsz));
    }
    at = next;
  }
  return {};
}

}  // namespace

std::string build_id_of(std::string_view file) {
  const auto header = read_at<Elf64_Ehdr>(file, 0);
  if (!header || std::memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 ||
      header->e_ident[EI_CLASS] != ELFCLASS64) {
    return {};
  }
  for (unsigned i = 0; i < header->e_phnum; ++i) {
    const auto segment =
        read_at<Elf64_Phdr>(file, header->e_phoff + std::uint64_t{i} * header->e_phentsize);
    if (!segment || segment->p_type != PT_NOTE || segment->p_offset > file.size()) continue;
    const auto notes = file.substr(segment->p_offset, segment->p_filesz);
    if (auto id = build_id_in(notes); !id.empty()) return id;
  }
  return {};
}

}  // namespace xaas
