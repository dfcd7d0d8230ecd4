// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/result.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// JSON as people write it, with comments and commas before a closing bracket, read so that each
// value knows where in the text it stands.

namespace xaas {

/// A text that messages point into.
class SourceText {
 public:
  SourceText(std::string_view text, std::string file);

  [[nodiscard]] std::string_view text() const { return text_; }
  [[nodiscard]] std::size_t line_of(std::size_t offset) const;
  /// `invalid_input`, "FILE:LINE:COLUMN: problem"; columns count characters.
  [[nodiscard]] Error error_at(std::size_t offset, std::string_view problem) const;

 private:
  std::string_view text_;
  std::string file_;
  std::vector<std::size_t> lines_;  // where each begins
};

struct LocatedJson {
  enum class Kind { object, array, string, integer, real, boolean, null };

  Kind kind = Kind::null;
  std::size_t at = 0;       // offset of its first character
  std::string text;         // of a string
  std::int64_t number = 0;  // of an integer, one that does not fit is a `real`; of true: 1
  std::vector<LocatedJson> children;
  std::string key;  // in an object
  std::size_t key_at = 0;

  [[nodiscard]] const LocatedJson* find(std::string_view name) const;
};

/// "an object", "a string": for messages.
std::string_view word_for(LocatedJson::Kind kind);

/// The same text as plain JSON: comments and superfluous commas are blanks, so that every offset
/// stays. A comment that does not end is left as it is, and no JSON.
std::string plain_json(std::string_view text);

/// `spec.syntax` when it is not JSON, nests deeper than 64 or is longer than 1 MiB: no file that a
/// person writes is, and everything behind this may take its time. Two keys of one name in an
/// object are `spec.field`.
Result<LocatedJson> parse_located(const SourceText& source);

}  // namespace xaas
