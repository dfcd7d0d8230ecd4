// SPDX-License-Identifier: Apache-2.0
#include "xaas/support/json.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace xaas {
namespace {

constexpr std::size_t k_deepest = 64;
/// An ordered object finds a key by going through all of them; more keys than this would take
/// minutes. None of our formats comes near.
constexpr std::size_t k_most_keys = 10000;
constexpr std::int64_t k_largest_integer = std::int64_t{1} << 53;

struct Position {
  std::size_t line = 1;
  std::size_t column = 1;
};

Position position_of(std::string_view text, std::size_t offset) {
  const auto before = text.substr(0, std::min(offset, text.size()));
  const auto last_break = before.rfind('\n');
  return {
      .line = 1 + static_cast<std::size_t>(std::ranges::count(before, '\n')),
      .column = before.size() - (last_break == std::string_view::npos ? 0 : last_break + 1) + 1};
}

Error syntax_error(std::string_view text, std::size_t offset, std::string_view what) {
  const auto at = position_of(text, offset);
  return fail(ErrorKind::corrupt, "line {}, column {}: {}", at.line, at.column, what)
      .with_code("support.json");
}

/// Offset just behind the string that starts at `begin`.
std::size_t end_of_string(std::string_view text, std::size_t begin) {
  std::size_t at = begin + 1;
  while (at < text.size() && text[at] != '"') at += text[at] == '\\' ? 2 : 1;
  return at + 1;
}

/// Refuses what would make the parser slow, before it starts. Syntax is the parser's business.
Status check_extent(std::string_view text) {
  std::array<std::size_t, k_deepest> keys{};
  std::size_t depth = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '"') at = end_of_string(text, at) - 1;
    if (c == '{' || c == '[') {
      if (depth == k_deepest)
        return syntax_error(text, at, fmt::format("JSON nests deeper than {}", k_deepest));
      keys[depth++] = 0;
    }
    if ((c == '}' || c == ']') && depth > 0) --depth;
    if (c == ':' && depth > 0 && ++keys[depth - 1] > k_most_keys)
      return syntax_error(text, at, fmt::format("object with more than {} keys", k_most_keys));
  }
  return {};
}

/// "[json.exception.parse_error.101] parse error at line 1, column 2: syntax error while parsing
/// value - invalid literal" -> "invalid literal". Our own message names the place.
std::string_view reason_in(std::string_view what) {
  if (const auto bracket = what.find("] "); what.starts_with('[') && bracket != what.npos)
    what.remove_prefix(bracket + 2);
  if (const auto colon = what.find(": "); what.starts_with("parse error") && colon != what.npos)
    what.remove_prefix(colon + 2);
  if (const auto dash = what.find(" - "); what.starts_with("syntax error") && dash != what.npos)
    what.remove_prefix(dash + 3);
  return what;
}

/// Finds its way in a text that is known to be JSON.
class ValueFinder {
 public:
  explicit ValueFinder(std::string_view text) : text_(text) { pass_blanks(); }

  [[nodiscard]] std::size_t at() const { return at_; }

  /// Goes on to a member or an element of the value that begins here; false when it has none of
  /// that name.
  bool enter(std::string_view step) {
    const std::size_t outer = at_;
    const bool is_object = text_[at_] == '{';
    if (!is_object && text_[at_] != '[') return false;
    next();
    for (std::size_t number = 0; text_[at_] != '}' && text_[at_] != ']'; ++number) {
      const bool is_wanted = is_object ? take_key() == step : std::to_string(number) == step;
      if (is_wanted) return true;
      pass_value();
      if (text_[at_] == ',') next();
    }
    at_ = outer;
    return false;
  }

 private:
  void pass_blanks() { at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size() - 1); }
  void next() {
    ++at_;
    pass_blanks();
  }

  std::string take_key() {
    const std::size_t begin = at_;
    at_ = end_of_string(text_, begin);
    auto key = Json::parse(text_.substr(begin, at_ - begin)).get<std::string>();
    pass_blanks();
    next();  // the colon
    return key;
  }

  void pass_value() {
    std::size_t depth = 0;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '"') at_ = end_of_string(text_, at_) - 1;
      if (depth == 0 && (c == ',' || c == '}' || c == ']')) return;
      if (c == '{' || c == '[') ++depth;
      if (c == '}' || c == ']') --depth;
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

std::string_view type_of(const Json& value) {
  return value.type_name();
}

}  // namespace

Result<Json> parse_json(std::string_view text) {
  XAAS_CHECK(check_extent(text));
  try {
    return Json::parse(text);
  } catch (const Json::parse_error& error) {
    return syntax_error(text, error.byte > 0 ? error.byte - 1 : 0,
                        fmt::format("this is not JSON: {}", reason_in(error.what())));
  } catch (const Json::exception& error) {
    return syntax_error(text, 0, reason_in(error.what()));
  }
}

bool is_utf8(std::string_view text) {
  // Only unlike the text when something in it had to be replaced.
  return Json::parse(Json(text).dump(-1, ' ', false, Json::error_handler_t::replace)) == text;
}

std::size_t line_of_value(std::string_view json, const std::vector<std::string>& steps) {
  ValueFinder finder(json);
  for (const std::string& step : steps)
    if (!finder.enter(step)) break;
  return position_of(json, finder.at()).line;
}

std::string print_json(const Json& value) {
  return value.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

namespace {

std::string path_to(const JsonReader& reader, std::string_view key) {
  return reader.path().empty() ? std::string{key} : fmt::format("{}.{}", reader.path(), key);
}

Error field_error(std::string_view path, std::string_view problem) {
  return fail(ErrorKind::corrupt, "`{}` {}", path, problem).with_code("support.json-field");
}

Error type_error(const JsonReader& reader, std::string_view key, const Json& found,
                 std::string_view wanted) {
  return field_error(path_to(reader, key), fmt::format("is {}, not {}", type_of(found), wanted));
}

/// The field's value; null when there is none.
Result<const Json*> find_field(const JsonReader& reader, std::string_view key) {
  const Json& value = reader.value();
  if (!value.is_object()) {
    return field_error(reader.path().empty() ? "document" : reader.path(),
                       fmt::format("is {}, not object", type_of(value)));
  }
  const auto field = value.find(key);
  return field == value.end() ? nullptr : &*field;
}

Result<const Json*> require_field(const JsonReader& reader, std::string_view key) {
  XAAS_TRY(const Json* field, find_field(reader, key));
  if (field == nullptr) return field_error(path_to(reader, key), "is missing");
  return field;
}

Result<std::int64_t> integer_in(const JsonReader& reader, std::string_view key, const Json& field) {
  if (!field.is_number_integer()) return type_error(reader, key, field, "an integer");
  const bool fits = field.is_number_unsigned()
                        ? field.get<std::uint64_t>() <= std::uint64_t{k_largest_integer}
                        : field.get<std::int64_t>() >= 0;
  if (!fits) return field_error(path_to(reader, key), "is not between 0 and 2^53");
  return field.get<std::int64_t>();
}

Result<Digest> digest_in(const JsonReader& reader, std::string_view key, const Json& field) {
  if (!field.is_string()) return type_error(reader, key, field, "string");
  auto digest = Digest::parse(field.get_ref<const std::string&>());
  if (!digest) return field_error(path_to(reader, key), "is not a digest");
  return digest;
}

}  // namespace

bool JsonReader::has(std::string_view key) const {
  return value_->is_object() && value_->contains(key);
}

Result<std::string> JsonReader::string(std::string_view key) const {
  XAAS_TRY(const Json* field, require_field(*this, key));
  if (!field->is_string()) return type_error(*this, key, *field, "string");
  return field->get<std::string>();
}

Result<std::string> JsonReader::string_or(std::string_view key, std::string fallback) const {
  XAAS_TRY(const Json* field, find_field(*this, key));
  if (field == nullptr) return fallback;
  return string(key);
}

Result<std::int64_t> JsonReader::integer(std::string_view key) const {
  XAAS_TRY(const Json* field, require_field(*this, key));
  return integer_in(*this, key, *field);
}

Result<std::int64_t> JsonReader::integer_or(std::string_view key, std::int64_t fallback) const {
  XAAS_TRY(const Json* field, find_field(*this, key));
  if (field == nullptr) return fallback;
  return integer_in(*this, key, *field);
}

Result<bool> JsonReader::boolean_or(std::string_view key, bool fallback) const {
  XAAS_TRY(const Json* field, find_field(*this, key));
  if (field == nullptr) return fallback;
  if (!field->is_boolean()) return type_error(*this, key, *field, "boolean");
  return field->get<bool>();
}

Result<Digest> JsonReader::digest(std::string_view key) const {
  XAAS_TRY(const Json* field, require_field(*this, key));
  return digest_in(*this, key, *field);
}

Result<Digest> JsonReader::digest_or_empty(std::string_view key) const {
  XAAS_TRY(const Json* field, find_field(*this, key));
  if (field == nullptr || field->is_null()) return Digest{};
  return digest_in(*this, key, *field);
}

Result<std::vector<std::string>> JsonReader::strings(std::string_view key) const {
  XAAS_TRY(const Json* field, find_field(*this, key));
  std::vector<std::string> found;
  if (field == nullptr) return found;
  if (!field->is_array()) return type_error(*this, key, *field, "array");
  for (const auto& item : *field) {
    if (!item.is_string())
      return type_error(*this, fmt::format("{}[{}]", key, found.size()), item, "string");
    found.push_back(item.get<std::string>());
  }
  return found;
}

Result<std::vector<JsonReader>> JsonReader::objects(std::string_view key) const {
  XAAS_TRY(const Json* field, find_field(*this, key));
  std::vector<JsonReader> found;
  if (field == nullptr) return found;
  if (!field->is_array()) return type_error(*this, key, *field, "array");
  for (const auto& item : *field) {
    const auto name = fmt::format("{}[{}]", key, found.size());
    if (!item.is_object()) return type_error(*this, name, item, "object");
    found.emplace_back(item, path_to(*this, name));
  }
  return found;
}

Result<JsonReader> JsonReader::object(std::string_view key) const {
  XAAS_TRY(const Json* field, require_field(*this, key));
  if (!field->is_object()) return type_error(*this, key, *field, "object");
  return JsonReader{*field, path_to(*this, key)};
}

}  // namespace xaas
