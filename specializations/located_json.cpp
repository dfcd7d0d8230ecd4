// SPDX-License-Identifier: Apache-2.0

// nlohmann's parser checks syntax, escapes and UTF-8, and reports what it reads in the order of the
// text, but not where. A scanner that only finds the beginnings of tokens goes along: what has been
// reported is known to be well-formed, so each report is exactly one token further.

#include "located_json.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

namespace xaas {
namespace {

constexpr std::size_t k_deepest = 64;
constexpr std::size_t k_longest = std::size_t{1} << 20;

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/// Offset just behind the string that starts at `begin`.
std::size_t end_of_string(std::string_view text, std::size_t begin) {
  std::size_t at = begin + 1;
  while (at < text.size() && text[at] != '"') at += text[at] == '\\' ? 2 : 1;
  return std::min(at + 1, text.size());
}

/// Offset just behind the comment that starts at `begin`; empty when none starts or ends there.
std::optional<std::size_t> end_of_comment(std::string_view text, std::size_t begin) {
  const auto start = text.substr(begin, 2);
  if (start == "//") return std::min(text.find('\n', begin), text.size());
  if (start != "/*") return std::nullopt;
  const auto end = text.find("*/", begin + 2);
  return end == std::string_view::npos ? std::nullopt : std::optional(end + 2);
}

/// Finds the tokens of JSON in which no comments are left.
class TokenScanner {
 public:
  explicit TokenScanner(std::string_view text) : text_(text) {}

  /// Where the next key, value or opening bracket begins.
  std::size_t next() {
    const auto passed_over = [](char c) {
      return is_blank(c) || c == ',' || c == ':' || c == ']' || c == '}';
    };
    while (at_ < text_.size() && passed_over(text_[at_])) ++at_;
    const std::size_t begin = at_;
    if (at_ == text_.size()) return begin;
    if (text_[at_] == '"') {
      at_ = end_of_string(text_, at_);
    } else if (text_[at_] == '{' || text_[at_] == '[') {
      ++at_;
    } else {
      while (at_ < text_.size() && !passed_over(text_[at_])) ++at_;
    }
    return begin;
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

/// "[json.exception.parse_error.101] parse error at line 1, column 2: syntax error while parsing
/// value - invalid literal; last read: 'x'" -> "invalid literal". Our own message names the place.
std::string_view reason_in(std::string_view what) {
  if (const auto dash = what.find(" - "); dash != std::string_view::npos)
    what.remove_prefix(dash + 3);
  return what.substr(0, what.find("; last read"));
}

/// What nlohmann's parser reports to; builds the tree.
class TreeBuilder {
 public:
  using Json = nlohmann::json;
  using number_integer_t = Json::number_integer_t;    // NOLINT(readability-identifier-naming)
  using number_unsigned_t = Json::number_unsigned_t;  // NOLINT(readability-identifier-naming)
  using number_float_t = Json::number_float_t;        // NOLINT(readability-identifier-naming)
  using string_t = Json::string_t;                    // NOLINT(readability-identifier-naming)
  using binary_t = Json::binary_t;                    // NOLINT(readability-identifier-naming)

  TreeBuilder(const SourceText& source, std::string_view plain)
      : source_(source), scanner_(plain) {}

  bool null() { return add({.kind = LocatedJson::Kind::null}); }
  bool boolean(bool value) {
    return add({.kind = LocatedJson::Kind::boolean, .number = value ? 1 : 0});
  }
  bool number_integer(number_integer_t value) {
    return add({.kind = LocatedJson::Kind::integer, .number = value});
  }
  bool number_unsigned(number_unsigned_t value) {
    if (std::in_range<std::int64_t>(value)) return number_integer(static_cast<std::int64_t>(value));
    return add({.kind = LocatedJson::Kind::real});
  }
  bool number_float(number_float_t /*value*/, const string_t& /*text*/) {
    return add({.kind = LocatedJson::Kind::real});
  }
  bool string(string_t& value) {
    return add({.kind = LocatedJson::Kind::string, .text = std::move(value)});
  }
  static bool binary(binary_t& /*value*/) { return false; }
  bool start_object(std::size_t /*size*/) { return open(LocatedJson::Kind::object); }
  bool start_array(std::size_t /*size*/) { return open(LocatedJson::Kind::array); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }
  bool key(string_t& value);
  bool parse_error(std::size_t position, const std::string& last, const Json::exception& error);

  Result<LocatedJson> finish() {
    if (error_) return *std::move(error_);
    return std::move(root_);
  }

 private:
  struct Open {
    LocatedJson value;
    std::set<std::string, std::less<>> keys;
  };

  bool add(LocatedJson value);
  bool open(LocatedJson::Kind kind);
  bool close();
  void put(LocatedJson value);

  const SourceText& source_;
  TokenScanner scanner_;
  std::vector<Open> open_;
  std::string key_;
  std::size_t key_at_ = 0;
  LocatedJson root_;
  std::optional<Error> error_;
};

void TreeBuilder::put(LocatedJson value) {
  if (open_.empty()) {
    root_ = std::move(value);
  } else {
    open_.back().value.children.push_back(std::move(value));
  }
}

bool TreeBuilder::add(LocatedJson value) {
  value.at = scanner_.next();
  value.key = std::exchange(key_, {});
  value.key_at = key_at_;
  put(std::move(value));
  return true;
}

bool TreeBuilder::open(LocatedJson::Kind kind) {
  const std::size_t at = scanner_.next();
  if (open_.size() == k_deepest) {
    error_ = source_.error_at(at, fmt::format("this nests deeper than {}", k_deepest))
                 .with_code("spec.syntax");
    return false;
  }
  open_.push_back(
      {.value = {.kind = kind, .at = at, .key = std::exchange(key_, {}), .key_at = key_at_},
       .keys = {}});
  return true;
}

bool TreeBuilder::close() {
  LocatedJson value = std::move(open_.back().value);
  open_.pop_back();
  put(std::move(value));
  return true;
}

bool TreeBuilder::key(string_t& value) {
  key_at_ = scanner_.next();
  if (!open_.back().keys.insert(value).second) {
    error_ = source_.error_at(key_at_, fmt::format("the key `{}` is here a second time", value))
                 .with_code("spec.field");
    return false;
  }
  key_ = std::move(value);
  return true;
}

bool TreeBuilder::parse_error(std::size_t position, const std::string& /*last*/,
                              const Json::exception& error) {
  // `position` is behind the last character that was read. A token that goes wrong does so from its
  // beginning on; where a bracket, comma or colon is wrong, the next token comes only later.
  const std::size_t size = source_.text().size();
  const std::size_t last = position > size ? size : position - std::min<std::size_t>(position, 1);
  error_ = source_
               .error_at(std::min(scanner_.next(), last),
                         fmt::format("this is not JSON: {}", reason_in(error.what())))
               .with_code("spec.syntax");
  return false;
}

}  // namespace

SourceText::SourceText(std::string_view text, std::string file)
    : text_(text), file_(std::move(file)), lines_{0} {
  for (std::size_t at = 0; (at = text_.find('\n', at)) != std::string_view::npos;)
    lines_.push_back(++at);
}

std::size_t SourceText::line_of(std::size_t offset) const {
  return static_cast<std::size_t>(std::ranges::upper_bound(lines_, offset) - lines_.begin());
}

Error SourceText::error_at(std::size_t offset, std::string_view problem) const {
  const std::size_t line = line_of(offset);
  const std::size_t begin = lines_[line - 1];
  // Bytes that go on with a character of UTF-8 are no columns of their own.
  const auto column = 1 + std::ranges::count_if(text_.substr(begin, offset - begin),
                                                [](char c) { return (c & 0xC0) != 0x80; });
  return fail(ErrorKind::invalid_input, "{}:{}:{}: {}", file_, line, column, problem)
      .with_code("spec.field");
}

const LocatedJson* LocatedJson::find(std::string_view name) const {
  const auto found = std::ranges::find(children, name, &LocatedJson::key);
  return kind == Kind::object && found != children.end() ? &*found : nullptr;
}

std::string_view word_for(LocatedJson::Kind kind) {
  switch (kind) {
    case LocatedJson::Kind::object:
      return "an object";
    case LocatedJson::Kind::array:
      return "an array";
    case LocatedJson::Kind::string:
      return "a string";
    case LocatedJson::Kind::integer:
      return "an integer";
    case LocatedJson::Kind::real:
      return "a number that is no integer";
    case LocatedJson::Kind::boolean:
      return "true or false";
    case LocatedJson::Kind::null:
      return "null";
  }
  return "null";
}

std::string plain_json(std::string_view text) {
  std::string plain(text);
  std::optional<std::size_t> comma;  // behind a value, and nothing but blanks came since
  char last = '[';
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (const auto end = end_of_comment(text, at)) {
      std::replace_if(
          plain.begin() + static_cast<std::ptrdiff_t>(at),
          plain.begin() + static_cast<std::ptrdiff_t>(*end), [](char in) { return !is_blank(in); },
          ' ');
      at = *end;
      continue;
    }
    if ((c == ']' || c == '}') && comma) plain[*comma] = ' ';
    if (!is_blank(c)) {
      const bool ends_value = c == ',' && !std::string_view("[{,:").contains(last);
      comma = ends_value ? std::optional(at) : std::nullopt;
      last = c;
    }
    at = c == '"' ? end_of_string(text, at) : at + 1;
  }
  return plain;
}

Result<LocatedJson> parse_located(const SourceText& source) {
  if (source.text().size() > k_longest) {
    return source.error_at(0, "this is longer than 1 MiB, which no such file is")
        .with_code("spec.syntax");
  }
  const std::string plain = plain_json(source.text());
  TreeBuilder builder(source, plain);
  // What it returns is known to the builder.
  static_cast<void>(nlohmann::json::sax_parse(plain, &builder));
  return builder.finish();
}

}  // namespace xaas
