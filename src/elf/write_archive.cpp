// SPDX-License-Identifier: Apache-2.0
#include "xaas/elf/elf_file.hpp"

#include <llvm/Object/ArchiveWriter.h>
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

}  // namespace

Result<std::string> write_archive(const std::vector<ArchiveMember>& members) {
  std::vector<llvm::NewArchiveMember> written;
  written.reserve(members.size());
  for (const auto& member : members) {
    XAAS_CHECK(check_name(member.name));
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
