// SPDX-License-Identifier: Apache-2.0
#include "library_uses.hpp"

#include "xaas/elf/c_library.hpp"
#include "xaas/elf/elf_file.hpp"
#include "xaas/support/mapped_file.hpp"

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>

namespace xaas {
namespace {

/// What a linked file takes from others.
struct Imports {
  std::set<std::string> symbols;                          // "name" or "name@VERSION"
  std::set<std::string, std::less<>> names;               // of them, without versions
  std::map<std::string, std::set<std::string>> versions;  // of which library, by its soname
};

std::string_view name_of(std::string_view symbol) {
  return symbol.substr(0, symbol.find('@'));
}

Result<std::optional<Imports>> read_imports(std::string_view output) {
  XAAS_TRY(const auto facts, read_elf(output));
  XAAS_TRY(const auto symbols, imported_symbols(output));
  if (!facts || !symbols) return std::optional<Imports>();
  Imports imports{.symbols = *symbols, .names = {}, .versions = facts->version_needs};
  for (const std::string& symbol : *symbols) imports.names.emplace(name_of(symbol));
  return std::optional(std::move(imports));
}

/// A version belongs to one library, and the file says to which: what the C library has under the
/// name of a symbol here is not taken from here.
bool can_be_from(const std::string& soname, std::string_view symbol, const Imports& imports) {
  const std::size_t at = symbol.find('@');
  if (at == std::string_view::npos) return true;
  const auto needs = imports.versions.find(soname);
  return needs != imports.versions.end() &&
         needs->second.contains(std::string(symbol.substr(at + 1)));
}

Result<std::set<std::string>> uses_of(const LinkLibrary& library, const Imports& imports,
                                      const BlobFolder& blobs) {
  XAAS_TRY(const MappedFile file, MappedFile::open(blobs.path_of(library.content)));
  XAAS_TRY(const auto defined, exported_among(file.bytes(), imports.names));
  std::set<std::string> uses;
  for (const std::string& symbol : imports.symbols) {
    if (defined.contains(std::string(name_of(symbol))) &&
        can_be_from(library.soname, symbol, imports))
      uses.insert(symbol);
  }
  return uses;
}

}  // namespace

Status find_library_uses(std::string_view output, const BlobFolder& blobs, Link& link) {
  XAAS_TRY(const auto imports, read_imports(output));
  if (!imports) return {};
  for (LinkItem& item : link.items) {
    auto* library = std::get_if<LinkLibrary>(&item);
    if (library == nullptr) continue;
    if (is_c_library(library->soname) || is_compiler_library(library->soname)) continue;
    XAAS_TRY(library->uses, uses_of(*library, *imports, blobs));
  }
  return {};
}

}  // namespace xaas
