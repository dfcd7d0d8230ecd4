// SPDX-License-Identifier: Apache-2.0
#include "target/target_command.hpp"

#include "xaas/support/json.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <string_view>
#include <utility>

namespace xaas {
namespace {

/// They say nothing of the machine, or follow from the features.
bool is_no_fact(std::string_view field) {
  return field == "schema" || field == "name" || field == "origins" || field == "probes" ||
         field == "cpu.missing_for_next_level";
}

std::string text_of(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

/// What both have is left out, as often as both have it.
FactDifference compare_lists(const std::string& field, const Json& a, const Json& b) {
  FactDifference difference{.field = field, .removed = {}, .added = {}, .is_list = true};
  for (const Json& value : b) difference.added.push_back(text_of(value));
  for (const Json& value : a) {
    const auto text = text_of(value);
    const auto same = std::ranges::find(difference.added, text);
    if (same == difference.added.end()) {
      difference.removed.push_back(text);
    } else {
      difference.added.erase(same);
    }
  }
  return difference;
}

/// Keys of A in its order, then what only B has.
std::vector<std::string> keys_of(const Json& a, const Json& b) {
  std::vector<std::string> keys;
  for (const Json* object : {&a, &b}) {
    if (!object->is_object()) continue;
    for (const auto& member : object->items())
      if (std::ranges::find(keys, member.key()) == keys.end()) keys.push_back(member.key());
  }
  return keys;
}

Json member(const Json& object, const std::string& key) {
  return object.is_object() && object.contains(key) ? object[key] : Json();
}

/// A fact that is not known is null.
void compare(const std::string& field, const Json& a, const Json& b,
             std::vector<FactDifference>& found) {
  if (a == b || is_no_fact(field)) return;
  if (a.is_object() || b.is_object()) {
    const std::string prefix = field.empty() ? "" : field + ".";
    for (const std::string& key : keys_of(a, b))
      compare(fmt::format("{}{}", prefix, key), member(a, key), member(b, key), found);
  } else if (a.is_array() && b.is_array()) {
    auto difference = compare_lists(field, a, b);
    // The same in another order: of an MPI the first is what a job gets.
    if (difference.removed.empty() && difference.added.empty()) {
      difference = {.field = field, .removed = {a.dump()}, .added = {b.dump()}, .is_list = false};
    }
    found.push_back(std::move(difference));
  } else {
    FactDifference difference{.field = field, .removed = {}, .added = {}, .is_list = false};
    if (!a.is_null()) difference.removed.push_back(text_of(a));
    if (!b.is_null()) difference.added.push_back(text_of(b));
    found.push_back(std::move(difference));
  }
}

}  // namespace

std::vector<FactDifference> differences(const Target& a, const Target& b) {
  std::vector<FactDifference> found;
  compare({}, Json::parse(print_target(a)), Json::parse(print_target(b)), found);
  return found;
}

}  // namespace xaas
