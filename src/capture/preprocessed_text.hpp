// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/digest.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace xaas {

/// What the preprocessor made of a source, as far as it decides whether two compiles are the same.
struct PreprocessedText {
  Digest exact;  // of all of it but numbers of lines in what is no file, "<built-in>"
  Digest bare;   // without the names and numbers of lines; which parts are system headers stays
  /// The compiler may put the name or number of a line into the code: only `exact` tells.
  bool tells_places = false;
  /// It names files that are read later (`.incbin`): the text does not tell.
  bool reads_files = false;
  bool has_openmp = false;  // a directive of OpenMP, or a name of its library
  Digest said;  // of the preprocessor's own messages, `#warning`, as the caller tells; empty: none
  std::vector<std::string> files;  // that it is from, as the compiler named them, each once
};

/// Reads what `clang -E` printed, with line markers; `is_cxx`: for C++.
PreprocessedText read_preprocessed(std::string_view text, bool is_cxx);

}  // namespace xaas
