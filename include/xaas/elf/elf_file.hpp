// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/result.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace xaas {

enum class ElfKind { relocatable, executable, shared_library, other };

/// What the rest of the project asks about one ELF file (gABI 4.1; 64-bit little-endian files only,
/// which is all that our targets have). A position-independent executable is `executable`.
struct ElfFacts {
  ElfKind kind = ElfKind::other;
  std::string
      architecture;  // OCI's name: "amd64", "arm64", "riscv64", "ppc64le"; otherwise "e_machine N"
  std::string build_id;  // lowercase hex of NT_GNU_BUILD_ID, empty when there is none
  std::string soname;
  std::string interpreter;
  std::vector<std::string> needed;  // DT_NEEDED, in order
  std::vector<std::string>
      runpath;             // entries of DT_RUNPATH, or of DT_RPATH when there is no DT_RUNPATH
  bool has_rpath = false;  // `runpath` came from DT_RPATH
  bool has_symbol_table = false;                               // .symtab
  bool has_debug_info = false;                                 // .debug_info or .zdebug_info
  bool has_bitcode = false;                                    // .llvm.lto
  std::uint64_t text_bytes = 0;                                // of all executable sections
  std::map<std::string, std::set<std::string>> version_needs;  // soname -> version names
  std::set<std::string> version_definitions;  // names, the file's own base name left out
};

/// Facts of the ELF file in `bytes`; empty when it is not an ELF file; `corrupt` when it claims to
/// be one and its tables do not hold together. Of a file of another layout (32-bit, big-endian)
/// only `architecture` is read, and its kind is `other`; so is that of a debug companion
/// (`objcopy --only-keep-debug`).
Result<std::optional<ElfFacts>> read_elf(std::string_view bytes);

/// The content of a section; empty when there is no section of that name.
Result<std::optional<std::string>> read_elf_section(std::string_view bytes, std::string_view name);

/// The same, without a copy: a part of `bytes`.
Result<std::optional<std::string_view>> find_elf_section(std::string_view bytes,
                                                         std::string_view name);

/// Names of the strong (STB_GLOBAL) defined dynamic symbols, "name" or "name@VERSION"; sorted.
/// Copies of another library's data (`stdout@GLIBC_2.2.5`) and the symbols that GNU ld makes for
/// versions themselves are left out.
Result<std::set<std::string>> strong_exports(std::string_view bytes);

/// Which of `names` a file defines for others (.dynsym, STB_WEAK ones and those of all versions
/// included), each with the zero-terminated text that it stands for: "4.0.2" of a variable that
/// holds a version; empty for functions and where nothing of it is in the file. Of a longer text
/// the first 256 bytes.
Result<std::map<std::string, std::string>> exported_among(
    std::string_view bytes, const std::set<std::string, std::less<>>& names);

/// Undefined strong dynamic symbols, "name" or "name@VERSION".
Result<std::set<std::string>> undefined_symbols(std::string_view bytes);

/// Dynamic symbols that a linked file takes from others, "name" or "name@VERSION": undefined ones,
/// weak ones among them, and variables that it has as a copy (R_*_COPY). Empty optional: it has no
/// table of them, being static or without section headers.
Result<std::optional<std::set<std::string>>> imported_symbols(std::string_view bytes);

/// Names that an object file defines for other objects (.symtab, not STB_LOCAL), common symbols
/// included; sorted.
Result<std::set<std::string>> defined_symbols(std::string_view bytes);

/// The first section that a process would see differently if it were started from `b` instead of
/// `a`, by its content or its address; empty when there is none.
Result<std::string> first_loaded_difference(std::string_view a, std::string_view b);

struct ArchiveMember {
  std::string name;  // as in the archive, not unique
  std::string bytes;

  friend bool operator==(const ArchiveMember&, const ArchiveMember&) = default;
};

/// Members of an `ar` archive in order; thin archives read their files relative to `folder`.
/// An archive inside an archive is a member as any other, which linkers pass by. Symbol tables are
/// left out. Empty optional when it is not an archive.
Result<std::optional<std::vector<ArchiveMember>>> read_archive(std::string_view bytes,
                                                               const std::string& folder);

/// Whether a linker takes an archive's member for an object, ELF or bitcode: it passes by what else
/// lies in it, texts and archives inside archives.
bool is_object_file(std::string_view bytes);

/// A deterministic regular archive with a symbol table (what `llvm-ar rcsD` writes).
Result<std::string> write_archive(const std::vector<ArchiveMember>& members);

enum class Strip { nothing, debug, all };

/// The file without `.llvm.lto` and, as asked, without debug information or all symbols (LLVM's
/// objcopy as a library). Works on relocatable and linked files; a relocatable one keeps the
/// symbols that linking it needs. Bytes with nothing to remove come back as they are.
Result<std::string> strip_elf(std::string_view bytes, Strip what);

}  // namespace xaas
