// SPDX-License-Identifier: Apache-2.0

// What decides whether two compiles are the same is read from sources, from what the preprocessor
// prints, and from dependency files.

#include "dependency_file.hpp"
#include "preprocessed_text.hpp"
#include "property.hpp"
#include "source_scan.hpp"

#include <algorithm>
#include <string>

namespace xaas::fuzzing {
namespace {

void expect_sorted_once(const std::vector<std::string>& names) {
  expect(std::ranges::is_sorted(names) && std::ranges::adjacent_find(names) == names.end(),
         "names are sorted, and there once");
}

}  // namespace
}  // namespace xaas::fuzzing

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace xaas;
  const auto text = fuzzing::text_of(bytes, size);
  const SourceScan scan = scan_source(text);
  fuzzing::expect_sorted_once(scan.quoted);
  fuzzing::expect_sorted_once(scan.angled);

  const PreprocessedText once = read_preprocessed(text, false);
  const PreprocessedText with_a_line = read_preprocessed(std::string(text) + "\nint x;\n", false);
  fuzzing::expect(once.exact == digest_of(text), "the exact digest is that of all bytes");
  fuzzing::expect(once.bare != with_a_line.bare, "another line is another text");
  const PreprocessedText moved =
      read_preprocessed("# 1 \"moved.c\"\n\n" + std::string(text), false);
  fuzzing::expect(once.bare == moved.bare, "places make no other text");

  for (const std::string& name : prerequisites_in(text))
    fuzzing::expect(!name.empty(), "a prerequisite has a name");
  return 0;
}
