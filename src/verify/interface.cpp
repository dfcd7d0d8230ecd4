// SPDX-License-Identifier: Apache-2.0

// What others can see of a program or library must survive lowering. Not compared: weak exports
// (link-time optimization drops template instances that nothing here uses) and libraries that are
// no longer needed (their last use was optimized away, and the linker only records used ones).

#include "xaas/elf/c_library.hpp"
#include "xaas/elf/elf_file.hpp"
#include "xaas/verify/verify.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>

namespace xaas {
namespace {

using Sentences = std::vector<std::string>;

struct Interface {
  ElfFacts facts;
  std::set<std::string> exports;
};

// A program may carry copies of its libraries' variables (`stdout@GLIBC_2.2.5`, a copy relocation).
// They are listed as exports and belong to the library; which ones there are is up to the code.
bool is_copied_variable(const ElfFacts& facts, const std::string& symbol) {
  const auto at = symbol.find('@');
  return facts.kind == ElfKind::executable && at != std::string::npos &&
         !facts.version_definitions.contains(symbol.substr(symbol.find_last_of('@') + 1));
}

Result<Interface> read_interface(std::string_view bytes) {
  XAAS_TRY(auto facts, read_elf(bytes));
  if (!facts) return fail(ErrorKind::corrupt, "this is no ELF file").with_code("verify.no-elf");
  XAAS_TRY(auto exports, strong_exports(bytes));
  std::erase_if(exports, [&](const std::string& name) { return is_copied_variable(*facts, name); });
  return Interface{.facts = std::move(*facts), .exports = std::move(exports)};
}

const char* kind_name(ElfKind kind) {
  switch (kind) {
    case ElfKind::relocatable:
      return "relocatable object";
    case ElfKind::executable:
      return "program";
    case ElfKind::shared_library:
      return "shared library";
    case ElfKind::other:
      break;
  }
  return "other file";
}

void compare_text(std::string_view what, std::string_view generic, std::string_view lowered,
                  Sentences& differences) {
  if (generic != lowered)
    differences.push_back(fmt::format("{} was `{}`, is `{}`", what, generic, lowered));
}

void compare_sets(std::string_view what, const std::set<std::string>& generic,
                  const std::set<std::string>& lowered, Sentences& differences) {
  Sentences lost;
  Sentences added;
  std::ranges::set_difference(generic, lowered, std::back_inserter(lost));
  std::ranges::set_difference(lowered, generic, std::back_inserter(added));
  for (const auto& name : lost) differences.push_back(fmt::format("{} `{}` is lost", what, name));
  for (const auto& name : added) differences.push_back(fmt::format("{} `{}` is new", what, name));
}

void compare_needed(const ElfFacts& generic, const ElfFacts& lowered,
                    const std::set<std::string>& intended, Sentences& differences) {
  for (const auto& library : lowered.needed) {
    if (intended.contains(library)) continue;
    if (std::ranges::find(generic.needed, library) != generic.needed.end()) continue;
    if (is_c_library(library)) continue;
    differences.push_back(
        fmt::format("library `{}` is needed, which the generic build does not need", library));
  }
}

using Members = std::vector<ArchiveMember>;

Status compare_objects(const ArchiveMember& generic, const ArchiveMember& lowered,
                       Sentences& differences) {
  if (!is_object_file(generic.bytes)) return {};
  XAAS_TRY(const auto before, defined_symbols(generic.bytes));
  XAAS_TRY(const auto after, defined_symbols(lowered.bytes));
  for (const std::string& name : before) {
    if (!after.contains(name))
      differences.push_back(fmt::format("`{}` no longer defines `{}`", generic.name, name));
  }
  return {};
}

Result<Sentences> archive_differences(const Members& generic, const Members& lowered) {
  if (!std::ranges::equal(generic, lowered, {}, &ArchiveMember::name, &ArchiveMember::name))
    return Sentences{"it has other members"};
  Sentences differences;
  for (std::size_t i = 0; i < generic.size(); ++i)
    XAAS_CHECK(compare_objects(generic[i], lowered[i], differences));
  return differences;
}

}  // namespace

Result<std::vector<std::string>> interface_differences(std::string_view generic,
                                                       std::string_view lowered,
                                                       const IntendedChanges& intended) {
  XAAS_TRY(const auto members_before, read_archive(generic, ""));
  XAAS_TRY(const auto members_after, read_archive(lowered, ""));
  if (members_before && members_after) return archive_differences(*members_before, *members_after);
  XAAS_TRY(const auto before, while_doing(read_interface(generic), "reading the generic build"));
  XAAS_TRY(const auto after, while_doing(read_interface(lowered), "reading the lowered build"));
  Sentences differences;
  compare_text("kind", kind_name(before.facts.kind), kind_name(after.facts.kind), differences);
  compare_text("architecture", before.facts.architecture, after.facts.architecture, differences);
  compare_text("soname", before.facts.soname, after.facts.soname, differences);
  const bool is_started = !before.facts.interpreter.empty();
  compare_text(
      "interpreter",
      is_started && !intended.interpreter.empty() ? intended.interpreter : before.facts.interpreter,
      after.facts.interpreter, differences);
  compare_sets("version", before.facts.version_definitions, after.facts.version_definitions,
               differences);
  compare_sets("export", before.exports, after.exports, differences);
  compare_needed(before.facts, after.facts, intended.needed, differences);
  return differences;
}

}  // namespace xaas
