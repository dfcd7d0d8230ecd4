// SPDX-License-Identifier: Apache-2.0
#include "xaas/elf/elf_file.hpp"

#include "elf_image.hpp"
#include "notes.hpp"
#include "open_image.hpp"
#include "versions.hpp"

#include <llvm/BinaryFormat/ELF.h>

#include <algorithm>
#include <utility>

namespace xaas {

namespace elf = llvm::ELF;

namespace {

std::string architecture_of(unsigned machine) {
  switch (machine) {
    case elf::EM_X86_64:
      return "amd64";
    case elf::EM_AARCH64:
      return "arm64";
    case elf::EM_RISCV:
      return "riscv64";
    case elf::EM_PPC64:
      return "ppc64le";
    default:
      return fmt::format("e_machine {}", machine);
  }
}

/// Of a file that is not 64-bit or not little-endian: nothing but what it is.
ElfFacts foreign_facts(std::string_view bytes) {
  ElfFacts facts;
  const auto byte = [&bytes](std::size_t at) { return static_cast<unsigned char>(bytes[at]); };
  const bool is_big = byte(elf::EI_DATA) == elf::ELFDATA2MSB;
  // e_machine: at the same place in every layout.
  facts.architecture = bytes.size() < 20
                           ? "e_machine 0"
                           : fmt::format("e_machine {}", is_big ? byte(18) * 256 + byte(19)
                                                                : byte(19) * 256 + byte(18));
  return facts;
}

std::vector<std::string> split_path(std::string_view text) {
  std::vector<std::string> entries;
  while (!text.empty()) {
    const auto colon = text.find(':');
    entries.emplace_back(text.substr(0, colon));
    text.remove_prefix(colon == std::string_view::npos ? text.size() : colon + 1);
  }
  return entries;
}

/// The string table as the loader finds it, by address.
Result<std::string_view> dynamic_strings(const ElfImage& image,
                                         const std::vector<ElfLayout::Dyn>& entries) {
  std::uint64_t address = 0;
  std::uint64_t size = 0;
  for (const auto& entry : entries) {
    if (entry.d_tag == elf::DT_STRTAB) address = entry.d_un.d_ptr;
    if (entry.d_tag == elf::DT_STRSZ) size = entry.d_un.d_val;
  }
  XAAS_TRY(const auto strings, image.loaded_at(address));
  return strings.substr(0, size);
}

void set_text(ElfFacts& facts, std::int64_t tag, std::string_view text) {
  if (tag == elf::DT_NEEDED) facts.needed.emplace_back(text);
  if (tag == elf::DT_SONAME) facts.soname = text;
  if (tag == elf::DT_RUNPATH) facts.runpath = split_path(text);
  if (tag == elf::DT_RPATH && facts.runpath.empty()) facts.runpath = split_path(text);
}

struct DynamicFacts {
  bool is_pie = false;
  bool is_dynamic = false;
};

Result<DynamicFacts> read_dynamic(const ElfImage& image, ElfFacts& facts) {
  XAAS_TRY(const auto entries, image.dynamic_entries());
  DynamicFacts found{.is_pie = false, .is_dynamic = !entries.empty()};
  const auto has_text = [](const ElfLayout::Dyn& entry) {
    return entry.d_tag == elf::DT_NEEDED || entry.d_tag == elf::DT_SONAME ||
           entry.d_tag == elf::DT_RUNPATH || entry.d_tag == elf::DT_RPATH;
  };
  std::string_view strings;
  if (std::ranges::any_of(entries, has_text)) {
    XAAS_TRY(strings, dynamic_strings(image, entries));
  }
  for (const auto& entry : entries) {
    if (entry.d_tag == elf::DT_FLAGS_1) found.is_pie = (entry.d_un.d_val & elf::DF_1_PIE) != 0;
    if (!has_text(entry)) continue;
    XAAS_TRY(const auto text, text_at(strings, entry.d_un.d_val));
    set_text(facts, entry.d_tag, text);
  }
  // ld.so(8): DT_RPATH is ignored where there is a DT_RUNPATH.
  const auto is_runpath = [](const ElfLayout::Dyn& entry) {
    return entry.d_tag == elf::DT_RUNPATH;
  };
  facts.has_rpath = !facts.runpath.empty() && std::ranges::none_of(entries, is_runpath);
  return found;
}

std::string build_id_in(std::string_view notes) {
  std::string hex;
  const auto id = find_note(notes, "GNU", elf::NT_GNU_BUILD_ID);
  for (const char c : id.value_or("")) hex += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return hex;
}

Result<std::string> read_build_id(const ElfImage& image) {
  for (const auto& segment : image.segments()) {
    if (segment.p_type != elf::PT_NOTE) continue;
    XAAS_TRY(const auto notes, image.contents(segment));
    if (auto id = build_id_in(notes); !id.empty()) return id;
  }
  for (const auto& section : image.sections()) {
    if (section.sh_type != elf::SHT_NOTE) continue;
    XAAS_TRY(const auto notes, image.contents(section));
    if (auto id = build_id_in(notes); !id.empty()) return id;
  }
  return std::string{};
}

Status read_sections(const ElfImage& image, ElfFacts& facts) {
  facts.has_symbol_table = image.find_section(elf::SHT_SYMTAB) != nullptr;
  for (const auto& section : image.sections()) {
    XAAS_TRY(const auto name, image.name_of(section));
    if (name == ".debug_info" || name == ".zdebug_info") facts.has_debug_info = true;
    if (name == ".llvm.lto") facts.has_bitcode = true;
    if ((section.sh_flags & elf::SHF_EXECINSTR) == 0) continue;
    XAAS_TRY(const auto code, image.contents(section));
    facts.text_bytes += code.size();
  }
  return {};
}

Status read_versions(const ElfImage& image, ElfFacts& facts) {
  XAAS_TRY(const auto needed, read_needed_versions(image));
  for (const auto& version : needed) facts.version_needs[version.library].insert(version.name);
  XAAS_TRY(const auto defined, read_defined_versions(image));
  for (const auto& version : defined)
    if (!version.is_base) facts.version_definitions.insert(version.name);
  return {};
}

ElfKind kind_of(const ElfImage& image, const ElfFacts& facts, const DynamicFacts& dynamic) {
  switch (image.header().e_type) {
    case elf::ET_REL:
      return ElfKind::relocatable;
    case elf::ET_EXEC:
      return ElfKind::executable;
    case elf::ET_DYN:
      break;
    default:
      return ElfKind::other;
  }
  if (!dynamic.is_dynamic) return ElfKind::other;
  // libc.so.6 can be run, so it has an interpreter; but it is a library.
  const bool is_program = dynamic.is_pie || (!facts.interpreter.empty() && facts.soname.empty());
  return is_program ? ElfKind::executable : ElfKind::shared_library;
}

/// What `objcopy --only-keep-debug` leaves: the tables of a program, but not their contents.
bool is_debug_companion(const ElfImage& image) {
  if (image.header().e_type == elf::ET_REL) return false;
  return std::ranges::any_of(image.sections(), [](const ElfImage::Section& section) {
    return section.sh_type == elf::SHT_NOBITS && (section.sh_flags & elf::SHF_EXECINSTR) != 0 &&
           section.sh_size > 0;
  });
}

}  // namespace

bool is_elf(std::string_view bytes) {
  return bytes.starts_with(std::string_view{elf::ElfMagic, 4});
}

bool has_our_layout(std::string_view bytes) {
  return bytes.size() >= elf::EI_NIDENT &&
         static_cast<unsigned char>(bytes[elf::EI_CLASS]) == elf::ELFCLASS64 &&
         static_cast<unsigned char>(bytes[elf::EI_DATA]) == elf::ELFDATA2LSB;
}

Result<ElfImage> open_image(std::string_view bytes) {
  if (!is_elf(bytes))
    return fail(ErrorKind::invalid_input, "not an ELF file").with_code("elf.not-elf");
  if (bytes.size() < elf::EI_NIDENT) return damaged_elf("the header is not whole");
  if (!has_our_layout(bytes)) {
    return fail(ErrorKind::unsupported, "not a 64-bit little-endian ELF file")
        .with_code("elf.other-layout");
  }
  return ElfImage::open(bytes);
}

Result<std::optional<ElfFacts>> read_elf(std::string_view bytes) {
  if (!is_elf(bytes)) return std::optional<ElfFacts>{};
  if (bytes.size() < elf::EI_NIDENT) return damaged_elf("the header is not whole");
  if (!has_our_layout(bytes)) return std::optional{foreign_facts(bytes)};
  XAAS_TRY(const auto image, ElfImage::open(bytes));
  ElfFacts facts;
  facts.architecture = architecture_of(image.header().e_machine);
  XAAS_CHECK(read_sections(image, facts));
  XAAS_TRY(facts.build_id, read_build_id(image));
  if (is_debug_companion(image)) return std::optional{std::move(facts)};
  if (const auto* segment = image.find_segment(elf::PT_INTERP)) {
    XAAS_TRY(const auto interpreter, image.contents(*segment));
    facts.interpreter = interpreter.substr(0, interpreter.find('\0'));
  }
  XAAS_TRY(const auto dynamic, read_dynamic(image, facts));
  XAAS_CHECK(read_versions(image, facts));
  facts.kind = kind_of(image, facts, dynamic);
  return std::optional{std::move(facts)};
}

Result<std::optional<std::string_view>> find_elf_section(std::string_view bytes,
                                                         std::string_view name) {
  XAAS_TRY(const auto image, open_image(bytes));
  XAAS_TRY(const auto* section, image.find_section(name));
  if (section == nullptr) return std::optional<std::string_view>{};
  XAAS_TRY(const auto contents, image.contents(*section));
  return std::optional{contents};
}

Result<std::optional<std::string>> read_elf_section(std::string_view bytes, std::string_view name) {
  XAAS_TRY(const auto section, find_elf_section(bytes, name));
  if (!section) return std::optional<std::string>{};
  return std::optional{std::string{*section}};
}

}  // namespace xaas
