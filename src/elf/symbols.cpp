// SPDX-License-Identifier: Apache-2.0
#include "elf_image.hpp"
#include "open_image.hpp"
#include "versions.hpp"

#include "xaas/elf/elf_file.hpp"

#include <llvm/BinaryFormat/ELF.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

namespace xaas {
namespace {

constexpr std::size_t k_longest_text = 256;

struct Version {
  std::string name;
  bool is_defined_here = false;
};

struct DynamicSymbol {
  std::string_view name;
  Version version;
  std::size_t index = 0;
  bool is_strong = false;  // STB_GLOBAL
  bool is_undefined = false;
  bool is_absolute = false;

  [[nodiscard]] std::string str() const {
    return version.name.empty() ? std::string{name} : fmt::format("{}@{}", name, version.name);
  }
};

/// Versions by the numbers that .gnu.version has for each symbol.
Result<std::map<std::uint16_t, Version>> versions_by_index(const ElfImage& image) {
  std::map<std::uint16_t, Version> versions;
  XAAS_TRY(const auto defined, read_defined_versions(image));
  for (const auto& version : defined) {
    versions[version.index] = {.name = version.is_base ? "" : version.name,
                               .is_defined_here = true};
  }
  XAAS_TRY(const auto needed, read_needed_versions(image));
  for (const auto& version : needed)
    versions[version.index] = {.name = version.name, .is_defined_here = false};
  // "local" and "global": no version at all.
  versions[llvm::ELF::VER_NDX_LOCAL] = {};
  versions[llvm::ELF::VER_NDX_GLOBAL] = {};
  return versions;
}

/// What .gnu.version says of each symbol; a file without it has no versions.
class SymbolVersions {
 public:
  static Result<SymbolVersions> read(const ElfImage& image) {
    SymbolVersions versions;
    const auto* section = image.find_section(llvm::ELF::SHT_GNU_versym);
    if (section == nullptr) return versions;
    versions.has_table_ = true;
    XAAS_TRY(versions.numbers_, image.contents(*section));
    XAAS_TRY(versions.by_index_, versions_by_index(image));
    return versions;
  }

  [[nodiscard]] Result<Version> of(std::size_t symbol) const {
    using Number = ElfLayout::Versym;
    if (!has_table_) return Version{};
    XAAS_TRY(const auto* number, entry_at<Number>(numbers_, symbol * sizeof(Number)));
    const auto index = static_cast<std::uint16_t>(number->vs_index & llvm::ELF::VERSYM_VERSION);
    const auto version = by_index_.find(index);
    if (version == by_index_.end()) return damaged_elf("a symbol has a version that is not there");
    return version->second;
  }

 private:
  bool has_table_ = false;
  std::string_view numbers_;
  std::map<std::uint16_t, Version> by_index_;
};

bool is_visible(const ElfLayout::Sym& symbol) {
  const auto visibility = symbol.getVisibility();
  return symbol.getBinding() != llvm::ELF::STB_LOCAL &&
         (visibility == llvm::ELF::STV_DEFAULT || visibility == llvm::ELF::STV_PROTECTED);
}

/// The symbols in .dynsym that are visible outside.
Result<std::vector<DynamicSymbol>> visible_symbols(const ElfImage& image) {
  std::vector<DynamicSymbol> found;
  const auto* table = image.find_section(llvm::ELF::SHT_DYNSYM);
  if (table == nullptr) return found;
  XAAS_TRY(const auto symbols, image.symbols(*table));
  XAAS_TRY(const auto strings, image.linked_strings(*table));
  XAAS_TRY(const auto versions, SymbolVersions::read(image));
  for (std::size_t i = 1; i < symbols.size(); ++i) {
    const auto& symbol = symbols[i];
    if (!is_visible(symbol)) continue;
    DynamicSymbol entry;
    entry.index = i;
    XAAS_TRY(entry.name, text_at(strings, symbol.st_name));
    XAAS_TRY(entry.version, versions.of(i));
    entry.is_strong = symbol.getBinding() == llvm::ELF::STB_GLOBAL;
    entry.is_undefined = symbol.st_shndx == llvm::ELF::SHN_UNDEF;
    entry.is_absolute = symbol.st_shndx == llvm::ELF::SHN_ABS;
    found.push_back(std::move(entry));
  }
  return found;
}

/// Of the dynamic relocation that fills a program's copy of a library's variable.
std::uint32_t copy_relocation(std::uint16_t machine) {
  switch (machine) {
    case llvm::ELF::EM_AARCH64:
      return llvm::ELF::R_AARCH64_COPY;
    case llvm::ELF::EM_RISCV:
      return llvm::ELF::R_RISCV_COPY;
    case llvm::ELF::EM_PPC64:
      return llvm::ELF::R_PPC64_COPY;
    default:
      return llvm::ELF::R_X86_64_COPY;
  }
}

/// Indices in .dynsym of the variables that a program has as copies: it defines them, and takes
/// them from a library all the same.
Result<std::set<std::size_t>> copied_symbols(const ElfImage& image) {
  using Relocation = ElfLayout::Rela;
  const std::uint32_t copy = copy_relocation(image.header().e_machine);
  std::set<std::size_t> copied;
  for (const auto& section : image.sections()) {
    if (section.sh_type != llvm::ELF::SHT_RELA) continue;
    XAAS_TRY(const auto bytes, image.contents(section));
    for (std::size_t at = 0; at < bytes.size(); at += sizeof(Relocation)) {
      XAAS_TRY(const auto* relocation, entry_at<Relocation>(bytes, at));
      if (relocation->getType(false) == copy) copied.insert(relocation->getSymbol(false));
    }
  }
  return copied;
}

/// Calls `use(name, symbol)` for each symbol of the table that other files see defined; a file
/// without such a table has none.
template <class Use>
Status for_each_definition(const ElfImage& image, std::uint32_t table_type, Use use) {
  const auto* table = image.find_section(table_type);
  if (table == nullptr) return {};
  XAAS_TRY(const auto symbols, image.symbols(*table));
  XAAS_TRY(const auto strings, image.linked_strings(*table));
  for (const auto& symbol : symbols) {
    const bool is_local = symbol.getBinding() == llvm::ELF::STB_LOCAL;
    if (is_local || symbol.st_shndx == llvm::ELF::SHN_UNDEF) continue;
    XAAS_TRY(const auto name, text_at(strings, symbol.st_name));
    use(name, symbol);
  }
  return {};
}

}  // namespace

Result<std::set<std::string>> strong_exports(std::string_view bytes) {
  XAAS_TRY(const auto image, open_image(bytes));
  XAAS_TRY(const auto symbols, visible_symbols(image));
  std::set<std::string> names;
  for (const auto& symbol : symbols) {
    if (!symbol.is_strong) continue;
    // A copy relocation makes a defined symbol of another library's version (`stdout@GLIBC_2.2.5`).
    const bool is_copy = !symbol.version.name.empty() && !symbol.version.is_defined_here;
    // GNU ld, unlike lld, defines a symbol for each version itself.
    const bool is_version = symbol.is_absolute && symbol.name == symbol.version.name;
    if (!symbol.is_undefined && !is_copy && !is_version) names.insert(symbol.str());
  }
  return names;
}

Result<std::map<std::string, std::string>> exported_among(
    std::string_view bytes, const std::set<std::string, std::less<>>& names) {
  XAAS_TRY(const auto image, open_image(bytes));
  std::map<std::string, std::string> found;
  XAAS_CHECK(for_each_definition(
      image, llvm::ELF::SHT_DYNSYM, [&](std::string_view name, const ElfLayout::Sym& symbol) {
        if (!names.contains(name)) return;
        const bool is_data = symbol.getType() == llvm::ELF::STT_OBJECT;
        // What is zero at the start is not in the file.
        const auto loaded = is_data ? image.loaded_at(symbol.st_value) : std::string_view();
        const auto text = loaded ? loaded->substr(0, k_longest_text) : std::string_view();
        found[std::string(name)] = std::string(text.substr(0, text.find('\0')));
      }));
  return found;
}

Result<std::set<std::string>> defined_symbols(std::string_view bytes) {
  XAAS_TRY(const auto image, open_image(bytes));
  std::set<std::string> names;
  XAAS_CHECK(for_each_definition(
      image, llvm::ELF::SHT_SYMTAB,
      [&](std::string_view name, const ElfLayout::Sym&) { names.emplace(name); }));
  return names;
}

Result<std::set<std::string>> undefined_symbols(std::string_view bytes) {
  XAAS_TRY(const auto image, open_image(bytes));
  XAAS_TRY(const auto symbols, visible_symbols(image));
  std::set<std::string> names;
  for (const auto& symbol : symbols)
    if (symbol.is_strong && symbol.is_undefined) names.insert(symbol.str());
  return names;
}

Result<std::optional<std::set<std::string>>> imported_symbols(std::string_view bytes) {
  XAAS_TRY(const auto image, open_image(bytes));
  if (image.find_section(llvm::ELF::SHT_DYNSYM) == nullptr)
    return std::optional<std::set<std::string>>();
  XAAS_TRY(const auto symbols, visible_symbols(image));
  XAAS_TRY(const auto copied, copied_symbols(image));
  std::optional<std::set<std::string>> names(std::in_place);
  for (const auto& symbol : symbols)
    if (symbol.is_undefined || copied.contains(symbol.index)) names->insert(symbol.str());
  return names;
}

}  // namespace xaas
