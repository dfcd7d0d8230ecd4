// SPDX-License-Identifier: Apache-2.0

// What decides whether two compiles are the same is read from sources, from what the preprocessor
// prints, and from dependency files.

#include "dependency_file.hpp"
#include "preprocessed_text.hpp"
#include "property.hpp"
#include "source_scan.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace xaas::fuzzing {
namespace {

void expect_sorted_once(const std::vector<std::string>& names) {
  expect(std::ranges::is_sorted(names) && std::ranges::adjacent_find(names) == names.end(),
         "names are sorted, and there once");
}

/// The text, its last line ended as the others are.
std::string lines_of(std::string_view text) {
  std::string lines(text);
  if (!lines.empty() && !lines.ends_with('\n')) lines += '\n';
  return lines;
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
  if (!text.contains("\"<")) {  // the marker of what is no file counts without its number
    fuzzing::expect(once.exact == digest_of(fuzzing::lines_of(text)),
                    "the exact digest is that of all lines");
  }
  fuzzing::expect(once.exact != with_a_line.exact && once.bare != with_a_line.bare,
                  "another line is another text");
  const PreprocessedText moved =
      read_preprocessed("# 1 \"moved.c\"\n\n" + std::string(text), false);
  fuzzing::expect(once.bare == moved.bare, "places make no other text");

  for (const std::string& name : prerequisites_in(text))
    fuzzing::expect(!name.empty(), "a prerequisite has a name");
  return 0;
}
