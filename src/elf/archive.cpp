// SPDX-License-Identifier: Apache-2.0
#include "llvm_error.hpp"

#include "xaas/elf/elf_file.hpp"
#include "xaas/support/files.hpp"

#include <llvm/Object/Archive.h>
#include <llvm/Object/ArchiveWriter.h>
#include <llvm/Support/MemoryBuffer.h>

#include <algorithm>
#include <memory>

namespace xaas {
namespace {

constexpr std::string_view k_magic = "!<arch>\n";
constexpr std::string_view k_thin_magic = "!<thin>\n";
/// Archives inside archives are rare; a thin one that names itself has no end.
constexpr unsigned k_deepest = 8;
constexpr std::size_t k_most_members = 1'000'000;

bool is_archive(std::string_view bytes) {
  return bytes.starts_with(k_magic) || bytes.starts_with(k_thin_magic);
}

Error damaged_archive(llvm::Error error) {
  return damaged(std::move(error), "archive", "elf.damaged-archive");
}

Error too_large(std::string_view what) {
  return fail(ErrorKind::corrupt, "damaged archive: {}", what).with_code("elf.damaged-archive");
}

class ArchiveReader {
 public:
  Status read(std::string_view bytes, const std::filesystem::path& folder, unsigned depth);
  std::vector<ArchiveMember> take_members() { return std::move(members_); }

 private:
  Status read_child(const llvm::object::Archive::Child& child, const std::filesystem::path& folder,
                    unsigned depth);
  std::vector<ArchiveMember> members_;
};

Status ArchiveReader::read(std::string_view bytes, const std::filesystem::path& folder,
                           unsigned depth) {
  if (depth > k_deepest)
    return too_large(fmt::format("archives inside archives, deeper than {}", k_deepest));
  const llvm::MemoryBufferRef buffer{{bytes.data(), bytes.size()}, "archive"};
  auto archive = llvm::object::Archive::create(buffer);
  if (!archive) return damaged_archive(archive.takeError());
  llvm::Error error = llvm::Error::success();
  Status status;
  for (const auto& child : (*archive)->children(error)) {
    status = read_child(child, folder, depth);
    if (!status) break;
  }
  if (error) return damaged_archive(std::move(error));
  return status;
}

Status ArchiveReader::read_child(const llvm::object::Archive::Child& child,
                                 const std::filesystem::path& folder, unsigned depth) {
  if (members_.size() >= k_most_members)
    return too_large(fmt::format("more than {} members", k_most_members));
  auto name = child.getName();
  if (!name) return damaged_archive(name.takeError());
  ArchiveMember member{.name = name->str(), .bytes = {}};
  auto inner_folder = folder;
  if (child.getParent()->isThin()) {
    // A name is relative to the archive's folder; operator/ keeps an absolute one as it is.
    const auto path = folder / member.name;
    XAAS_TRY(member.bytes, read_file(path));
    inner_folder = path.parent_path();
  } else {
    auto bytes = child.getBuffer();
    if (!bytes) return damaged_archive(bytes.takeError());
    member.bytes = bytes->str();
  }
  if (is_archive(member.bytes)) return read(member.bytes, inner_folder, depth + 1);
  members_.push_back(std::move(member));
  return {};
}

Status check_name(const std::string& name) {
  constexpr std::string_view k_refused{"\n\0", 2};
  if (!name.empty() && name.find_first_of(k_refused) == std::string::npos) return {};
  return fail(ErrorKind::invalid_input, "`{}` cannot be the name of an archive's member", name)
      .with_code("elf.member-name");
}

}  // namespace

Result<std::optional<std::vector<ArchiveMember>>> read_archive(std::string_view bytes,
                                                               const std::string& folder) {
  if (!is_archive(bytes)) return std::optional<std::vector<ArchiveMember>>{};
  ArchiveReader reader;
  XAAS_CHECK(reader.read(bytes, folder, 1));
  return std::optional{reader.take_members()};
}

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
