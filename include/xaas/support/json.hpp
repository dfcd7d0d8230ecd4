// SPDX-License-Identifier: Apache-2.0
#pragma once

// For .cpp files only: nlohmann/json.hpp costs every file that includes it over a second, so no
// public header includes this one.

#include "xaas/support/digest.hpp"
#include "xaas/support/result.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace xaas {

/// Keys in the order they are written, so that the text is the same every time.
using Json = nlohmann::ordered_json;

/// `corrupt` with line and column when the text is not JSON, nests deeper than 64, or is not UTF-8.
Result<Json> parse_json(std::string_view text);

/// Whether JSON can hold the text as it is; file names need not be.
bool is_utf8(std::string_view text);

/// Two-space indentation and a final newline.
std::string print_json(const Json& value);

/// The line of a value in a text that parse_json() takes. `steps` lead to it: keys, and numbers of
/// elements. Where a key is not there it is the line of the object that lacks it.
std::size_t line_of_value(std::string_view json, const std::vector<std::string>& steps);

/// Reads typed fields of one JSON object; every error names the path of the field
/// ("links[2].kind"). A field that is there with another type, or absent where it is required, is
/// `corrupt`.
class JsonReader {
 public:
  JsonReader(const Json& value, std::string path) : value_(&value), path_(std::move(path)) {}

  Result<std::string> string(std::string_view key) const;
  Result<std::string> string_or(std::string_view key, std::string fallback) const;
  Result<std::int64_t> integer(std::string_view key) const;  // refuses negatives and > 2^53
  Result<std::int64_t> integer_or(std::string_view key, std::int64_t fallback) const;
  Result<bool> boolean_or(std::string_view key, bool fallback) const;
  Result<Digest> digest(std::string_view key) const;
  Result<Digest> digest_or_empty(std::string_view key) const;            // absent or null: empty
  Result<std::vector<std::string>> strings(std::string_view key) const;  // absent: empty
  /// The objects of an array; absent: empty.
  Result<std::vector<JsonReader>> objects(std::string_view key) const;
  Result<JsonReader> object(std::string_view key) const;
  [[nodiscard]] bool has(std::string_view key) const;
  [[nodiscard]] const Json& value() const { return *value_; }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  const Json* value_;
  std::string path_;
};

}  // namespace xaas
