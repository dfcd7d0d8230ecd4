// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace xaas {

struct DocumentProblem {
  std::size_t line = 0;  // 0: the text says it, or it is about the whole
  /// Else a warning: nothing reads the field, or the file claims what does not follow.
  bool is_error = true;
  std::string text;
  std::string help;  // may be empty
};

/// Everything that is wrong with a target description, or with a site profile if its `schema` says
/// that it is one. Nothing that this finds no error in is refused when it is read.
std::vector<DocumentProblem> validate_document(std::string_view text);

}  // namespace xaas
