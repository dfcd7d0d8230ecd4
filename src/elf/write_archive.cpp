// SPDX-License-Identifier: Apache-2.0
#include "llvm_error.hpp"
#include "open_image.hpp"

#include "xaas/elf/elf_file.hpp"

#include <llvm/BinaryFormat/ELF.h>
#include <llvm/BinaryFormat/Magic.h>
#include <llvm/Object/ArchiveWriter.h>
#include <llvm/Object/ELF.h>
#include <llvm/Support/Error.h>
#include <llvm/Support/MemoryBuffer.h>

#include <utility>

namespace xaas {
namespace {

Status check_name(const std::string& name) {
  constexpr std::string_view k_refused{"\n\0", 2};
  if (!name.empty() && name.find_first_of(k_refused) == std::string::npos) return {};
  return fail(ErrorKind::invalid_input, "`{}` cannot be the name of an archive's member", name)
      .with_code("elf.member-name");
}

template <class Layout>
Status check_tables(llvm::StringRef bytes) {
  XAAS_TRY(const auto file, elf_result(llvm::object::ELFFile<Layout>::create(bytes)));
  XAAS_TRY(const auto sections, elf_result(file.sections()));
  for (const auto& section : sections) {
    if (section.sh_type != llvm::ELF::SHT_SYMTAB && section.sh_type != llvm::ELF::SHT_DYNSYM)
      continue;
    XAAS_TRY(const auto symbols, elf_result(file.symbols(&section)));
    XAAS_TRY(const auto names, elf_result(file.getStringTableForSymtab(section, sections)));
    for (const auto& symbol : symbols) XAAS_CHECK(elf_result(symbol.getName(names)));
  }
  return {};
}

Status check_elf(llvm::StringRef bytes) {
  if (bytes.size() < llvm::ELF::EI_NIDENT) return damaged_elf("the header is not whole");
  const bool is_little = bytes[llvm::ELF::EI_DATA] == llvm::ELF::ELFDATA2LSB;
  if (bytes[llvm::ELF::EI_CLASS] == llvm::ELF::ELFCLASS64) {
    return is_little ? check_tables<llvm::object::ELF64LE>(bytes)
                     : check_tables<llvm::object::ELF64BE>(bytes);
  }
  return is_little ? check_tables<llvm::object::ELF32LE>(bytes)
                   : check_tables<llvm::object::ELF32BE>(bytes);
}

/// LLVM's writer reads the members for the archive's symbol table, and ends the whole program at
/// one that is damaged.
Status check_content(const ArchiveMember& member) {
  if (is_elf(member.bytes))
    return while_doing(check_elf(member.bytes), "reading the member `" + member.name + "`");
  const auto magic = llvm::identify_magic(member.bytes);
  using Magic = llvm::file_magic;
  if (magic == Magic::unknown || magic == Magic::bitcode || magic == Magic::archive) return {};
  return fail(ErrorKind::unsupported, "the archive's member `{}` is an object of another system",
              member.name)
      .with_code("elf.other-layout");
}

}  // namespace

Result<std::string> write_archive(const std::vector<ArchiveMember>& members) {
  std::vector<llvm::NewArchiveMember> written;
  written.reserve(members.size());
  for (const auto& member : members) {
    XAAS_CHECK(check_name(member.name));
    XAAS_CHECK(check_content(member));
    written.emplace_back(llvm::MemoryBufferRef{member.bytes, member.name});
  }
  auto buffer = llvm::writeArchiveToBuffer(
      written, llvm::SymtabWritingMode::NormalSymtab, llvm::object::Archive::K_GNU,
      /*Deterministic=*/true, /*Thin=*/false,
      // A member without a symbol table is just not in the archive's: nothing to say.
      [](llvm::Error warning) { llvm::consumeError(std::move(warning)); });
  if (!buffer) {
    return fail(ErrorKind::tool_failed, "writing an archive: {}",
                llvm::toString(buffer.takeError()))
        .with_code("elf.write-archive");
  }
  return (*buffer)->getBuffer().str();
}

}  // namespace xaas
