// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "located_json.hpp"

#include "xaas/support/result.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// Typed fields of specialization files and interfaces' files; every error names the place, and the
// nearest known word where one is unknown. Its code is `spec.field` unless said otherwise.

namespace xaas {

/// `spec.unknown`: `what` is unknown here, and what is near it, or all there is where that is
/// little.
Error unknown_word(const SourceText& source, std::size_t at, const std::string& what,
                   std::string_view word, const std::vector<std::string>& known);

/// "did you mean `x`?", or all that are known where they are few.
std::string suggestion(std::string_view word, const std::vector<std::string>& known);

/// What a message quotes of a text that may be anything.
std::string shortened(std::string_view text);

Status check_kind(const SourceText& source, const LocatedJson& value, LocatedJson::Kind wanted);

/// That it is an object, and has no other keys than these.
Status check_keys(const SourceText& source, const LocatedJson& object,
                  std::span<const std::string_view> known);

Result<const LocatedJson*> need_field(const SourceText& source, const LocatedJson& object,
                                      std::string_view key);

/// Not empty where it must not be, and without NUL, which no argument or variable can hold.
enum class Empty { allowed, refused };
Result<std::string> string_in(const SourceText& source, const LocatedJson& value, Empty empty);

/// A field that is absent is empty.
Result<std::string> string_field(const SourceText& source, const LocatedJson& object,
                                 std::string_view key, Empty empty);
Result<std::vector<std::string>> strings_field(const SourceText& source, const LocatedJson& object,
                                               std::string_view key);
/// Of the environment: names, which are checked, and values.
Result<std::map<std::string, std::string>> variables_field(const SourceText& source,
                                                           const LocatedJson& object,
                                                           std::string_view key);

/// Absent: false.
Result<bool> bool_field(const SourceText& source, const LocatedJson& object, std::string_view key);

/// How much something is preferred: 0 to a million, as an IR manifest has it.
Result<int> preference_in(const SourceText& source, const LocatedJson& value);
/// Absent: 0.
Result<int> preference_field(const SourceText& source, const LocatedJson& object,
                             std::string_view key);

/// Calls `visit` with each item of an array; absent: never.
Status for_each_item(const SourceText& source, const LocatedJson& object, std::string_view key,
                     const std::function<Status(const LocatedJson&)>& visit);

/// `spec.schema` when the file's `schema` is another than `known`, "xaas.specialization/1": a later
/// version may mean other things by the same words.
Status check_schema(const SourceText& source, const LocatedJson& file, std::string_view known);

/// The name of a point, a value, an interface: letters, digits, `.`, `_`, `+` and `-`, a letter or
/// digit first, at most 64 of them.
Result<std::string> name_field(const SourceText& source, const LocatedJson& object);

}  // namespace xaas
