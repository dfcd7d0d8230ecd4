// SPDX-License-Identifier: Apache-2.0

// Interfaces' files, which sites write by hand, and what sonames are by them.

#include "property.hpp"

#include "xaas/specializations/library_interface.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace xaas::fuzzing {
namespace {

/// A soname that a pattern fits.
std::string soname_like(std::string pattern) {
  std::ranges::replace(pattern, '*', 'x');
  std::ranges::replace(pattern, '?', 'y');
  return pattern;
}

void expect_known(const LibraryInterface& interface) {
  const std::vector<LibraryInterface> all{interface};
  expect(!interface.sonames.empty(), "an interface has libraries");
  for (const std::string& pattern : interface.sonames) {
    const std::string soname = soname_like(pattern);
    expect(is_called_like(soname, {pattern}), "a pattern fits what is made from it");
    expect(interface_of(all, soname) != nullptr, "a soname is of the interface that names it");
  }
  for (const InterfaceClass& one : interface.classes) {
    expect(!one.sonames.empty() || !one.symbols.empty(), "something tells each class");
    for (const std::string& pattern : one.sonames)
      expect(!class_of(interface, soname_like(pattern)).empty(), "a soname tells its class");
  }
  for (const InterfaceImplementation& one : interface.implementations) {
    expect(implementation_called(interface, one.name) == &one, "each name is there once");
    expect(one.preference >= 0, "preferences are no debts");
    for (const InterfaceDemand& demand : one.demands)
      expect(!demand.sonames.empty(), "a demand is for a library");
  }
}

}  // namespace
}  // namespace xaas::fuzzing

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace xaas;
  const auto parsed = parse_interface(fuzzing::text_of(bytes, size), "f");
  if (!parsed) {
    fuzzing::expect_clear(parsed.error());
    fuzzing::expect(parsed.error().message().starts_with("f:"), "an error names its place");
    return 0;
  }
  fuzzing::expect_known(*parsed);
  return 0;
}
