// SPDX-License-Identifier: Apache-2.0
#include "file_fields.hpp"

#include "xaas/support/diagnostics.hpp"
#include "xaas/support/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace xaas {
namespace {

constexpr std::size_t k_longest_name = 64;
constexpr std::size_t k_few = 12;
constexpr std::int64_t k_highest_preference = 1'000'000;

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= k_longest_name && is_alphanumeric(text.front()) &&
         std::ranges::all_of(text, [](char c) {
           return is_alphanumeric(c) || std::string_view("._+-").contains(c);
         });
}

}  // namespace

std::string shortened(std::string_view text) {
  constexpr std::size_t k_shown = 60;
  if (text.size() <= k_shown) return std::string(text);
  // Not in the middle of a character.
  std::size_t end = k_shown;
  while (end > 0 && (text[end] & 0xC0) == 0x80) --end;
  return std::string(text.substr(0, end)) + "...";
}

std::string suggestion(std::string_view word, const std::vector<std::string>& known) {
  constexpr std::size_t k_longest_compared = 100;
  if (word.size() <= k_longest_compared) {
    const auto near = near_names(word, known);
    if (!near.empty()) return fmt::format("did you mean `{}`?", near.front());
  }
  if (known.empty() || known.size() > k_few) return {};
  return fmt::format("known here: `{}`", fmt::join(known, "`, `"));
}

Error unknown_word(const SourceText& source, std::size_t at, const std::string& what,
                   std::string_view word, const std::vector<std::string>& known) {
  return source.error_at(at, fmt::format("there is no {} `{}`", what, shortened(word)))
      .with_code("spec.unknown")
      .with_help(suggestion(word, known));
}

Status check_kind(const SourceText& source, const LocatedJson& value, LocatedJson::Kind wanted) {
  if (value.kind == wanted) return {};
  const std::string name = value.key.empty() ? "this" : fmt::format("`{}`", shortened(value.key));
  return source.error_at(
      value.at, fmt::format("{} is {}, not {}", name, word_for(value.kind), word_for(wanted)));
}

Status check_keys(const SourceText& source, const LocatedJson& object,
                  std::span<const std::string_view> known) {
  XAAS_CHECK(check_kind(source, object, LocatedJson::Kind::object));
  for (const LocatedJson& field : object.children) {
    if (std::ranges::find(known, field.key) != known.end()) continue;
    return unknown_word(source, field.key_at, "key", field.key, {known.begin(), known.end()});
  }
  return {};
}

Result<const LocatedJson*> need_field(const SourceText& source, const LocatedJson& object,
                                      std::string_view key) {
  const LocatedJson* field = object.find(key);
  if (field == nullptr) return source.error_at(object.at, fmt::format("`{}` is missing", key));
  return field;
}

Result<std::string> string_in(const SourceText& source, const LocatedJson& value, Empty empty) {
  XAAS_CHECK(check_kind(source, value, LocatedJson::Kind::string));
  if (value.text.contains('\0')) return source.error_at(value.at, "this holds a NUL character");
  if (empty == Empty::refused && value.text.empty())
    return source.error_at(value.at, "this is empty");
  return value.text;
}

Result<std::string> string_field(const SourceText& source, const LocatedJson& object,
                                 std::string_view key, Empty empty) {
  const LocatedJson* field = object.find(key);
  if (field == nullptr) return std::string();
  return string_in(source, *field, empty);
}

Result<bool> bool_field(const SourceText& source, const LocatedJson& object, std::string_view key) {
  const LocatedJson* field = object.find(key);
  if (field == nullptr) return false;
  XAAS_CHECK(check_kind(source, *field, LocatedJson::Kind::boolean));
  return field->number != 0;
}

Result<int> preference_in(const SourceText& source, const LocatedJson& value) {
  XAAS_CHECK(check_kind(source, value, LocatedJson::Kind::integer));
  if (value.number >= 0 && value.number <= k_highest_preference)
    return static_cast<int>(value.number);
  return source.error_at(value.at, fmt::format("`{}` is {}; it is at least 0 and at most {}",
                                               value.key, value.number, k_highest_preference));
}

Result<int> preference_field(const SourceText& source, const LocatedJson& object,
                             std::string_view key) {
  const LocatedJson* field = object.find(key);
  if (field == nullptr) return 0;
  return preference_in(source, *field);
}

Status check_schema(const SourceText& source, const LocatedJson& file, std::string_view known) {
  XAAS_TRY(const LocatedJson* schema, need_field(source, file, "schema"));
  XAAS_TRY(const auto name, string_in(source, *schema, Empty::refused));
  if (name == known) return {};
  const auto without_version = known.substr(0, known.find('/') + 1);
  return source
      .error_at(schema->at,
                fmt::format("the schema is `{}`; this program reads `{}`", shortened(name), known))
      .with_code("spec.schema")
      .with_help(name.starts_with(without_version) ? "use a newer release of this program"
                                                   : std::string());
}

Status for_each_item(const SourceText& source, const LocatedJson& object, std::string_view key,
                     const std::function<Status(const LocatedJson&)>& visit) {
  const LocatedJson* field = object.find(key);
  if (field == nullptr) return {};
  XAAS_CHECK(check_kind(source, *field, LocatedJson::Kind::array));
  for (const LocatedJson& item : field->children) XAAS_CHECK(visit(item));
  return {};
}

Result<std::vector<std::string>> strings_field(const SourceText& source, const LocatedJson& object,
                                               std::string_view key) {
  std::vector<std::string> strings;
  XAAS_CHECK(for_each_item(source, object, key, [&](const LocatedJson& item) -> Status {
    XAAS_TRY(strings.emplace_back(), string_in(source, item, Empty::refused));
    return {};
  }));
  return strings;
}

Result<std::map<std::string, std::string>> variables_field(const SourceText& source,
                                                           const LocatedJson& object,
                                                           std::string_view key) {
  std::map<std::string, std::string> values;
  const LocatedJson* variables = object.find(key);
  if (variables == nullptr) return values;
  XAAS_CHECK(check_kind(source, *variables, LocatedJson::Kind::object));
  for (const LocatedJson& variable : variables->children) {
    const auto is_plain = [](char c) { return is_alphanumeric(c) || c == '_'; };
    const std::string& name = variable.key;
    const bool is_name =
        !name.empty() && !is_digit(name.front()) && std::ranges::all_of(name, is_plain);
    if (!is_name) {
      return source.error_at(variable.key_at,
                             fmt::format("`{}` is no variable's name", shortened(name)));
    }
    XAAS_TRY(values[name], string_in(source, variable, Empty::allowed));
  }
  return values;
}

Result<std::string> name_field(const SourceText& source, const LocatedJson& object) {
  XAAS_TRY(const LocatedJson* field, need_field(source, object, "name"));
  XAAS_TRY(auto name, string_in(source, *field, Empty::refused));
  if (is_name(name)) return name;
  return source.error_at(field->at, fmt::format("`{}` is not a name", shortened(name)))
      .with_help(
          "names have letters, digits, `.`, `_`, `+` and `-`, begin with a letter or digit, and "
          "are "
          "at most 64 characters long");
}

}  // namespace xaas
