// SPDX-License-Identifier: Apache-2.0
#include "libc_version.hpp"

#include "library_search.hpp"

#include "xaas/support/text.hpp"
#include "xaas/targets/glibc_version.hpp"

#include <llvm/BinaryFormat/ELF.h>
#include <llvm/Object/ELF.h>
#include <llvm/Object/ELFTypes.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace xaas {
namespace {

using Version = std::pair<unsigned, unsigned>;
using ElfFile = llvm::object::ELFFile<llvm::object::ELF64LE>;

template <class T>
std::optional<T> value_or_nothing(llvm::Expected<T> expected) {
  if (expected) return std::move(*expected);
  llvm::consumeError(expected.takeError());
  return {};
}

// "2.36", whatever follows.
std::optional<Version> parse_version(std::string_view text) {
  const char* const end = std::to_address(text.end());
  Version version{};
  const auto major = std::from_chars(std::to_address(text.begin()), end, version.first);
  if (major.ec != std::errc{} || major.ptr == end || *major.ptr != '.') return {};
  const auto minor = std::from_chars(major.ptr + 1, end, version.second);
  if (minor.ec != std::errc{}) return {};
  return version;
}

// "GLIBC_2.36"; GLIBC_PRIVATE and GLIBC_ABI_DT_RELR are no versions.
std::optional<Version> parse_version_name(std::string_view name) {
  constexpr std::string_view k_start = "GLIBC_";
  if (!name.starts_with(k_start)) return {};
  return parse_version(name.substr(k_start.size()));
}

// "GNU C Library (Debian GLIBC 2.31-13+deb11u11) stable release version 2.31.": what libc.so.6
// prints when it is run (glibc's csu/version.c).
std::optional<Version> version_in_banner(std::string_view bytes) {
  constexpr std::string_view k_start = "GNU C Library (";
  constexpr std::string_view k_version = " release version ";
  const auto start = bytes.find(k_start);
  if (start == std::string_view::npos) return {};
  const auto line = first_line(bytes.substr(start));
  const auto at = line.find(k_version);
  if (at == std::string_view::npos) return {};
  return parse_version(line.substr(at + k_version.size()));
}

unsigned machine_of(std::string_view architecture) {
  if (architecture == "amd64") return llvm::ELF::EM_X86_64;
  if (architecture == "arm64") return llvm::ELF::EM_AARCH64;
  if (architecture == "riscv64") return llvm::ELF::EM_RISCV;
  return architecture == "ppc64le" ? llvm::ELF::EM_PPC64 : llvm::ELF::EM_NONE;
}

// The newest version in a .gnu.version_d section: a chain of definitions, each with the names of
// itself and its parents (only the first counts here). LLVM's own reader goes round in circles,
// allocating, when a damaged section's `vd_next` is zero.
std::optional<Version> newest_definition(const ElfFile& file, const ElfFile::Elf_Shdr& section) {
  using Definition = ElfFile::Elf_Verdef;
  using Name = ElfFile::Elf_Verdaux;
  const auto bytes = value_or_nothing(file.getSectionContents(section));
  const auto strings_section = value_or_nothing(file.getSection(section.sh_link));
  if (!bytes || !strings_section) return {};
  const auto strings = value_or_nothing(file.getStringTable(**strings_section));
  if (!strings) return {};
  std::optional<Version> newest;
  for (std::uint64_t at = 0; at + sizeof(Definition) <= bytes->size();) {
    const auto* definition = reinterpret_cast<const Definition*>(bytes->data() + at);
    const auto name_at = at + definition->vd_aux;
    if (name_at + sizeof(Name) > bytes->size()) break;
    const auto* name = reinterpret_cast<const Name*>(bytes->data() + name_at);
    if (name->vda_name < strings->size())
      newest = std::max(newest, parse_version_name(strings->data() + name->vda_name));
    if (definition->vd_next == 0) break;
    at += definition->vd_next;
  }
  return newest;
}

std::vector<std::string> candidate_paths(const HostProbe& probe, std::string_view architecture) {
  auto paths = libraries_in_loader_cache(probe, "libc.so.6");
  for (const std::string& folder : usual_library_folders(architecture))
    paths.push_back(folder + "/libc.so.6");
  return paths;
}

}  // namespace

std::string glibc_version_of(std::string_view bytes, std::string_view architecture) {
  const auto file = value_or_nothing(ElfFile::create({bytes.data(), bytes.size()}));
  // `create` only looks at the size.
  if (!file ||
      !bytes.starts_with("\x7f"
                         "ELF") ||
      file->getHeader().e_machine != machine_of(architecture) ||
      file->getHeader().getFileClass() != llvm::ELF::ELFCLASS64)
    return {};
  const auto sections = value_or_nothing(file->sections());
  if (!sections) return {};
  std::optional<Version> newest;
  for (const auto& section : *sections) {
    if (section.sh_type == llvm::ELF::SHT_GNU_verdef)
      newest = std::max(newest, newest_definition(*file, section));
  }
  if (!newest) return {};
  newest = std::max(newest, version_in_banner(bytes));
  return std::to_string(newest->first) + "." + std::to_string(newest->second);
}

LibcFacts find_libc(const HostProbe& probe, std::string_view architecture) {
  std::set<std::string> tried;
  for (const auto& path : candidate_paths(probe, architecture)) {
    if (!tried.insert(path).second) continue;
    const auto bytes = probe.read(path);
    if (!bytes) continue;
    if (auto version = glibc_version_of(*bytes, architecture); !version.empty()) {
      return {.version = std::move(version), .path = path, .problem = {}, .looked = true};
    }
  }
  return {.version = {},
          .path = {},
          .problem =
              "no libc.so.6 with GLIBC versions was found, neither in /etc/ld.so.cache nor "
              "in the usual folders: the version of the C library is unknown",
          // That a machine has no such folder is an answer; a saved tree may only lack them.
          .looked = probe.is_live() || std::ranges::any_of(usual_library_folders(architecture),
                                                           [&](const std::string& folder) {
                                                             return probe.list(folder).has_value();
                                                           })};
}

}  // namespace xaas
