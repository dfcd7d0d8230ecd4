// SPDX-License-Identifier: Apache-2.0

// The published schemas are compiled in and asked themselves, so that what is documented is what is
// checked. Of JSON Schema (draft 2020-12) this knows the keywords that they use: type, enum,
// pattern, minLength, minimum, maximum, required, properties, additionalProperties, items, minItems
// and uniqueItems.

#include "schema_check.hpp"

#include "embedded.hpp"

#include "xaas/support/diagnostics.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <regex>
#include <set>
#include <utility>

namespace xaas {
namespace {

constexpr std::size_t k_most_problems = 100;
/// std::regex needs stack for every character.
constexpr std::size_t k_longest_text = 4096;

std::string_view word_for(std::string_view type) {
  for (const auto& [name, word] :
       {std::pair<std::string_view, std::string_view>{"object", "an object"},
        {"array", "a list"},
        {"string", "a text"},
        {"integer", "an integer"},
        {"number", "a number"},
        {"boolean", "true or false"}})
    if (type == name) return word;
  return type;
}

bool is_of_type(const Json& value, std::string_view type) {
  return type == "integer" ? value.is_number_integer() : type == value.type_name();
}

/// `type` may be one name or several.
std::vector<std::string> types_in(const Json& schema) {
  if (!schema.contains("type")) return {};
  const Json& type = schema["type"];
  if (type.is_array()) return type.get<std::vector<std::string>>();
  return {type.get<std::string>()};
}

std::string described(const Json& value) {
  return value.is_string() ? fmt::format("`{}`", value.get_ref<const std::string&>())
                           : fmt::format("`{}`", value.dump());
}

std::string quoted_words(const Json& values) {
  std::string text;
  for (const Json& value : values) text += (text.empty() ? "" : ", ") + described(value);
  return text;
}

class Checker {
 public:
  void check(const Json& value, const Json& schema);
  std::vector<FieldProblem> take() { return std::move(problems_); }

 private:
  void check_text(const std::string& text, const Json& schema);
  void check_number(const Json& value, const Json& schema);
  void check_list(const Json& value, const Json& schema);
  void check_object(const Json& value, const Json& schema);
  void tell_unknown(const std::string& key, const Json& object, const Json& properties);
  void enter(const std::string& step, const std::string& in_path, const Json& value,
             const Json& schema);

  void tell(std::string_view what, std::string help = {}) {
    if (problems_.size() < k_most_problems) {
      problems_.push_back(
          {.steps = steps_,
           .is_error = true,
           .text = fmt::format("{} {}", path_.empty() ? "it" : "`" + path_ + "`", what),
           .help = std::move(help)});
    }
  }

  std::vector<std::string> steps_;
  std::string path_;
  std::vector<FieldProblem> problems_;
};

void Checker::enter(const std::string& step, const std::string& in_path, const Json& value,
                    const Json& schema) {
  const std::size_t length = path_.size();
  path_ += in_path;
  steps_.push_back(step);
  check(value, schema);
  steps_.pop_back();
  path_.resize(length);
}

void Checker::check_text(const std::string& text, const Json& schema) {
  if (text.size() > k_longest_text) {
    tell(fmt::format("has {} bytes; no text here has more than {}", text.size(), k_longest_text));
  } else if (text.size() < schema.value("minLength", std::size_t{0})) {
    tell("is empty");
  } else if (schema.contains("pattern") &&
             !std::regex_search(text, std::regex(schema["pattern"].get<std::string>()))) {
    tell(
        fmt::format("is `{}`, which does not fit `{}`", text, schema["pattern"].get<std::string>()),
        schema.value("description", std::string()));
  }
}

void Checker::check_number(const Json& value, const Json& schema) {
  const auto number = value.get<std::int64_t>();
  if (schema.contains("minimum") && number < schema["minimum"].get<std::int64_t>())
    tell(fmt::format("is {}; it is at least {}", value.dump(), schema["minimum"].dump()));
  if (schema.contains("maximum") && number > schema["maximum"].get<std::int64_t>())
    tell(fmt::format("is {}; it is at most {}", value.dump(), schema["maximum"].dump()));
}

void Checker::check_list(const Json& value, const Json& schema) {
  if (value.size() < schema.value("minItems", std::size_t{0})) tell("is empty");
  std::set<std::string> seen;
  for (std::size_t i = 0; i < value.size() && problems_.size() < k_most_problems; ++i) {
    const Json& item = value[i];
    if (schema.value("uniqueItems", false) && !seen.insert(item.dump()).second)
      tell(fmt::format("has {} twice", described(item)));
    if (schema.contains("items"))
      enter(std::to_string(i), fmt::format("[{}]", i), item, schema["items"]);
  }
}

void Checker::tell_unknown(const std::string& key, const Json& object, const Json& properties) {
  std::vector<std::string> known;
  // What is there already was not meant.
  for (const auto& property : properties.items())
    if (!object.contains(property.key())) known.push_back(property.key());
  const auto near = near_names(key, known);
  auto steps = steps_;
  steps.push_back(key);
  problems_.push_back(
      {.steps = std::move(steps),
       .is_error = false,
       .text = fmt::format("`{}{}{}` is no field that this program reads", path_,
                           path_.empty() ? "" : ".", key),
       .help = near.empty() ? "" : fmt::format("did you mean `{}`?", near.front())});
}

void Checker::check_object(const Json& value, const Json& schema) {
  if (schema.contains("required")) {
    for (const Json& key : schema["required"]) {
      if (!value.contains(key.get<std::string>()))
        tell(fmt::format("lacks `{}`", key.get<std::string>()));
    }
  }
  const bool has_properties = schema.contains("properties");
  for (const auto& member : value.items()) {
    if (problems_.size() >= k_most_problems) return;
    const std::string in_path = (path_.empty() ? "" : ".") + member.key();
    if (has_properties && schema["properties"].contains(member.key())) {
      enter(member.key(), in_path, member.value(), schema["properties"][member.key()]);
    } else if (schema.contains("additionalProperties")) {
      enter(member.key(), in_path, member.value(), schema["additionalProperties"]);
    } else if (has_properties) {
      tell_unknown(member.key(), value, schema["properties"]);
    }
  }
}

void Checker::check(const Json& value, const Json& schema) {
  const auto types = types_in(schema);
  if (!types.empty() &&
      std::ranges::none_of(types, [&](const auto& type) { return is_of_type(value, type); })) {
    std::string words;
    for (const auto& type : types)
      words += std::string(words.empty() ? "" : " or ") + std::string(word_for(type));
    tell(fmt::format("is {}, not {}", word_for(value.type_name()), words));
    return;
  }
  if (schema.contains("enum") && std::ranges::find(schema["enum"], value) == schema["enum"].end()) {
    tell(fmt::format("is {}, which is none of {}", described(value), quoted_words(schema["enum"])));
    return;
  }
  if (value.is_string()) check_text(value.get_ref<const std::string&>(), schema);
  if (value.is_number_integer()) check_number(value, schema);
  if (value.is_array()) check_list(value, schema);
  if (value.is_object()) check_object(value, schema);
}

}  // namespace

std::vector<FieldProblem> check_by_schema(const Json& document, std::string_view schema) {
  const auto all = schemas();
  const auto found = std::ranges::find(all, schema, &EmbeddedFile::name);
  Checker checker;
  if (found != all.end()) checker.check(document, Json::parse(found->text));
  return checker.take();
}

}  // namespace xaas
