// SPDX-License-Identifier: Apache-2.0
#include "code_regions.hpp"

#include <llvm/BinaryFormat/ELF.h>
#include <llvm/Object/ELF.h>
#include <llvm/Object/ELFTypes.h>

#include <algorithm>
#include <utility>

namespace xaas {
namespace {

using ElfFile = llvm::object::ELFFile<llvm::object::ELF64LE>;
using Section = ElfFile::Elf_Shdr;
using Symbol = ElfFile::Elf_Sym;

struct Range {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

template <class T>
Result<T> from_llvm(llvm::Expected<T> expected) {
  if (expected) return std::move(*expected);
  return fail(ErrorKind::corrupt, "the ELF file is damaged: {}",
              llvm::toString(expected.takeError()))
      .with_code("verify.damaged-elf");
}

Result<std::string> architecture_of(const ElfFile& file) {
  const auto& header = file.getHeader();
  if (header.getFileClass() == llvm::ELF::ELFCLASS64 &&
      header.getDataEncoding() == llvm::ELF::ELFDATA2LSB) {
    if (header.e_machine == llvm::ELF::EM_X86_64) return "amd64";
    if (header.e_machine == llvm::ELF::EM_AARCH64) return "arm64";
  }
  return fail(ErrorKind::unsupported,
              "instructions of ELF machine {} are not counted, only those of x86-64 and AArch64",
              unsigned{header.e_machine})
      .with_code("verify.unknown-machine");
}

bool is_code(const Section& section, llvm::StringRef name) {
  constexpr auto k_wanted = llvm::ELF::SHF_EXECINSTR | llvm::ELF::SHF_ALLOC;
  return section.sh_type == llvm::ELF::SHT_PROGBITS && (section.sh_flags & k_wanted) == k_wanted &&
         !name.starts_with(".plt");
}

// LLVM names what it makes out of a function after it and a dot.
bool is_one_of(const std::set<std::string>& functions, std::string_view symbol) {
  if (functions.contains(std::string(symbol))) return true;
  for (auto dot = symbol.find('.', 1); dot != std::string_view::npos;
       dot = symbol.find('.', dot + 1))
    if (functions.contains(std::string(symbol.substr(0, dot)))) return true;
  return false;
}

bool can_be_function(const Symbol& symbol) {
  const auto type = symbol.getType();
  return symbol.isDefined() && (type == llvm::ELF::STT_FUNC || type == llvm::ELF::STT_NOTYPE ||
                                type == llvm::ELF::STT_GNU_IFUNC);
}

// Sorted, of one section. In a relocatable file a symbol's value counts from its section's start,
// as the section's own address (0) does.
Result<std::vector<Range>> explicit_ranges(const ElfFile& file, const Section& table,
                                           std::size_t section_index, std::uint64_t section_end,
                                           const std::set<std::string>& explicit_functions) {
  XAAS_TRY(const auto symbols, from_llvm(file.symbols(&table)));
  XAAS_TRY(const auto names, from_llvm(file.getStringTableForSymtab(table)));
  std::vector<std::uint64_t> starts;
  std::vector<Range> ranges;
  for (const auto& symbol : symbols) {
    if (symbol.st_shndx != section_index || !can_be_function(symbol)) continue;
    starts.push_back(symbol.st_value);
    XAAS_TRY(const auto name, from_llvm(symbol.getName(names)));
    if (is_one_of(explicit_functions, {name.data(), name.size()}))
      ranges.push_back({symbol.st_value, symbol.st_value + symbol.st_size});
  }
  std::ranges::sort(starts);
  for (auto& [begin, end] : ranges) {
    if (end > begin) continue;  // assembly without .size: up to the next function
    const auto next = std::ranges::upper_bound(starts, begin);
    end = next == starts.end() ? section_end : *next;
  }
  std::ranges::sort(ranges, {}, &Range::begin);
  return ranges;
}

void cut(const Section& section, llvm::ArrayRef<std::uint8_t> content,
         const std::vector<Range>& ranges, std::vector<CodeRegion>& regions) {
  const std::uint64_t base = section.sh_addr;
  std::uint64_t at = 0;
  const auto add_until = [&](std::uint64_t end, bool is_explicit) {
    end = std::min<std::uint64_t>(end, content.size());
    if (end <= at) return;
    regions.push_back({base + at, std::span(content.data() + at, end - at), is_explicit});
    at = end;
  };
  for (const auto& [begin, end] : ranges) {
    if (begin < base) continue;
    add_until(begin - base, false);
    add_until(end - base, true);
  }
  add_until(content.size(), false);
}

const Section* symbol_table(ElfFile::Elf_Shdr_Range sections) {
  const Section* found = nullptr;
  for (const auto& section : sections) {
    if (section.sh_type == llvm::ELF::SHT_SYMTAB) return &section;
    if (section.sh_type == llvm::ELF::SHT_DYNSYM) found = &section;
  }
  return found;
}

}  // namespace

Result<Code> read_code(std::string_view bytes, const std::set<std::string>& explicit_functions) {
  if (!bytes.starts_with("\x7f"
                         "ELF"))
    return fail(ErrorKind::corrupt, "this is no ELF file").with_code("verify.no-elf");
  XAAS_TRY(const auto file, from_llvm(ElfFile::create({bytes.data(), bytes.size()})));
  Code code;
  XAAS_TRY(code.architecture, architecture_of(file));
  XAAS_TRY(const auto sections, from_llvm(file.sections()));
  if (sections.empty())
    return fail(ErrorKind::unsupported,
                "the ELF file has no section table, so that code and data "
                "cannot be told apart")
        .with_code("verify.no-sections");
  const auto* table = explicit_functions.empty() ? nullptr : symbol_table(sections);
  for (const auto& section : sections) {
    XAAS_TRY(const auto name, from_llvm(file.getSectionName(section)));
    if (!is_code(section, name)) continue;
    XAAS_TRY(const auto content, from_llvm(file.getSectionContents(section)));
    std::vector<Range> ranges;
    if (table != nullptr) {
      const auto index = static_cast<std::size_t>(&section - sections.begin());
      XAAS_TRY(ranges, explicit_ranges(file, *table, index, section.sh_addr + section.sh_size,
                                       explicit_functions));
    }
    cut(section, content, ranges, code.regions);
  }
  return code;
}

}  // namespace xaas
