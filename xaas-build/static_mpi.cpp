// SPDX-License-Identifier: Apache-2.0
#include "static_mpi.hpp"

#include "build_paths.hpp"

#include "xaas/elf/elf_file.hpp"
#include "xaas/support/mapped_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>

namespace xaas {
namespace {

// Every MPI library has its functions under this prefix, too, for tools that stand in for them.
// What applications bring to do without MPI has MPI_Init alone.
constexpr std::string_view k_symbol = "PMPI_Init";

bool defines_mpi(const ArchiveMember& member) {
  if (!is_object_file(member.bytes) || !member.bytes.contains(k_symbol)) return false;
  const auto symbols = defined_symbols(member.bytes);
  return symbols && symbols->contains(std::string(k_symbol));
}

bool is_mpi_archive(const std::filesystem::path& path) {
  const auto file = MappedFile::open(path);
  // Most archives do not even name it, and need not be taken apart.
  if (!file || !file->bytes().contains(k_symbol)) return false;
  const auto members = read_archive(file->bytes(), "");
  return members && *members && std::ranges::any_of(**members, defines_mpi);
}

/// An MPI library that is packaged has parts of itself as archives. A program, too, exports what a
/// shared library beside it asks for.
bool is_mpi_library(const InstalledFile& file) {
  if (file.elf->kind != ElfKind::shared_library) return false;
  const auto output = MappedFile::open(file.now);
  const auto exported = output ? exported_among(output->bytes(), {std::string(k_symbol)})
                               : Result<std::map<std::string, std::string>>();
  return exported && !exported->empty();
}

/// The first archive of a link that is an MPI library; null when none is.
class MpiArchives {
 public:
  const RecordedInput* find_in(const BuildResult& build, const LinkRecord& link) {
    const auto found = std::ranges::find_if(link.inputs, [&](const RecordedInput& input) {
      if (input.role != RecordedInput::Role::archive) return false;
      const auto [known, is_new] = known_.try_emplace(input.content, false);
      if (is_new) known->second = is_mpi_archive(build.store / input.content.hex());
      return known->second;
    });
    return found == link.inputs.end() ? nullptr : &*found;
  }

 private:
  std::map<Digest, bool> known_;
};

}  // namespace

std::vector<std::string> static_mpi_warnings(
    const std::vector<BuiltConfiguration>& configurations) {
  std::vector<std::string> warnings;
  MpiArchives archives;
  for (const BuiltConfiguration& built : configurations) {
    for (const InstalledFile& file : built.installed) {
      const LinkRecord* link = find_link(built.build, file);
      const RecordedInput* archive =
          link == nullptr ? nullptr : archives.find_in(built.build, *link);
      if (archive == nullptr || is_mpi_library(file)) continue;
      warnings.push_back(fmt::format(
          "`{}` has the MPI of `{}` linked into it: no deployment can give it the MPI of its "
          "machine, nor that machine's network; link the shared library instead",
          file.path, display_path(built.build, archive->path)));
    }
  }
  return warnings;
}

}  // namespace xaas
