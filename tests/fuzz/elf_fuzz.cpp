// SPDX-License-Identifier: Apache-2.0

// ELF files of an image, read before and after lowering.

#include "property.hpp"

#include "xaas/elf/elf_file.hpp"
#include "xaas/elf/package_note.hpp"
#include "xaas/verify/verify.hpp"

#include <set>
#include <string>

namespace xaas::fuzzing {
namespace {

void read_facts(std::string_view bytes) {
  const auto facts = read_elf(bytes);
  if (!facts) return expect_clear(facts.error());
  if (!*facts) return;
  expect((*facts)->text_bytes <= bytes.size() * bytes.size(), "code lies in the file");
  for (const auto& [library, versions] : (*facts)->version_needs)
    expect(!versions.empty(), "a library with a version has one: " + library);
}

template <class Value>
void expect_clear_or_fine(const Result<Value>& result) {
  if (!result) expect_clear(result.error());
}

void read_tables(std::string_view bytes) {
  const auto section = read_elf_section(bytes, ".llvm.lto");
  expect_clear_or_fine(section);
  if (section && *section) expect((*section)->size() <= bytes.size(), "a section lies in the file");
  const auto exports = strong_exports(bytes);
  expect_clear_or_fine(exports);
  expect_clear_or_fine(undefined_symbols(bytes));
  expect_clear_or_fine(imported_symbols(bytes));
  const auto differences = interface_differences(bytes, bytes);
  expect_clear_or_fine(differences);
  expect(!differences || differences->empty(), "a file has the interface that it has");
}

void read_notes(std::string_view bytes) {
  const auto notes = read_package_notes(bytes);
  if (!notes) return expect_clear(notes.error());
  for (const PackageNote& note : *notes)
    expect(!note.text.empty() && note.text.size() <= bytes.size(), "a note lies in the file");
}

void count_instructions(std::string_view bytes) {
  static const std::set<std::string> explicit_functions = {"f", "main", "kernel"};
  const auto census = take_census(bytes, explicit_functions);
  if (!census) return expect_clear(census.error());
  const auto again = parse_census(print_census(*census));
  expect(again && *again == *census, "a census reads as it was printed");
}

}  // namespace
}  // namespace xaas::fuzzing

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace xaas;
  const auto text = fuzzing::text_of(bytes, size);
  fuzzing::read_facts(text);
  fuzzing::read_tables(text);
  fuzzing::read_notes(text);
  fuzzing::count_instructions(text);
  return 0;
}
