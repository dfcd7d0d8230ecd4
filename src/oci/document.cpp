// SPDX-License-Identifier: Apache-2.0
#include "document.hpp"

#include <nlohmann/json.hpp>

#include <set>
#include <string>
#include <utility>
#include <vector>

namespace xaas {
namespace {

/// The first key that an object of the (well-formed) text holds twice; empty when there is none.
std::string duplicate_key(std::string_view text) {
  std::vector<std::set<std::string>> open_objects;
  std::string duplicate;
  const auto watch = [&](int, Json::parse_event_t event, Json& value) {
    if (event == Json::parse_event_t::object_start) open_objects.emplace_back();
    if (event == Json::parse_event_t::object_end) open_objects.pop_back();
    if (event == Json::parse_event_t::key && duplicate.empty()) {
      const auto key = value.get<std::string>();
      if (!open_objects.back().insert(key).second) duplicate = key;
    }
    return true;
  };
  const auto parsed = Json::parse(text, watch, /*allow_exceptions=*/false);
  static_cast<void>(parsed);
  return duplicate;
}

Json without_nulls(const Json& value) {
  if (value.is_array()) {
    Json items = Json::array();
    for (const auto& item : value) items.push_back(without_nulls(item));
    return items;
  }
  if (!value.is_object()) return value;
  Json members = Json::object();
  for (const auto& member : value.items()) {
    if (!member.value().is_null()) members[member.key()] = without_nulls(member.value());
  }
  return members;
}

}  // namespace

Result<Json> parse_document(std::string_view text) {
  XAAS_TRY(const Json parsed, parse_json(text));
  if (!parsed.is_object()) {
    return fail(ErrorKind::corrupt, "the document is a JSON {}, not an object", parsed.type_name())
        .with_code("image.not-an-object");
  }
  if (const auto key = duplicate_key(text); !key.empty()) {
    return fail(ErrorKind::corrupt, "the key `{}` occurs twice in one JSON object", key)
        .with_code("image.duplicate-key");
  }
  Json document = without_nulls(parsed);
  // `manifests` is required, and null is how umoci writes an index that has none.
  if (parsed.contains("manifests") && parsed.at("manifests").is_null())
    document["manifests"] = Json::array();
  return document;
}

}  // namespace xaas
