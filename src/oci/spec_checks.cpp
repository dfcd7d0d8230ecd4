// SPDX-License-Identifier: Apache-2.0
#include "spec_checks.hpp"

#include "names.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>

namespace xaas {
namespace {

std::string field(std::string_view where, std::string_view key) {
  return std::string(where) + ", field `" + std::string(key) + "`";
}

std::string item(std::string_view where, std::string_view key, std::size_t index) {
  return field(where, std::string(key) + "[" + std::to_string(index) + "]");
}

void check_media_type(const Json& object, std::string_view key, Presence presence,
                      std::string_view where, Breaches& breaches) {
  const auto before = breaches.count();
  const auto type = check_string(object, key, presence, where, breaches);
  if (breaches.count() != before || (type.empty() && member_of(object, key) == nullptr)) return;
  if (!is_media_type(type))
    breaches.add(field(where, key), "must be a media type by RFC 6838, not `" + type + "`");
}

/// descriptor.md#digests. The grammar allows other algorithms, which we cannot verify.
std::optional<Digest> check_digest(const std::string& text, const std::string& where,
                                   Breaches& breaches) {
  auto digest = Digest::parse(text);
  if (digest) return std::move(*digest);
  breaches.add(where, text.starts_with("sha256:")
                          ? "must be `sha256:` and 64 lower case hex digits"
                          : "must be a sha256 digest to be verified here, not `" + text + "`");
  return std::nullopt;
}

void check_platform(const Json& platform, std::string_view where, Breaches& breaches) {
  if (!platform.is_object()) return breaches.add(where, "must be an object");
  check_string(platform, "architecture", Presence::required, where, breaches);
  check_string(platform, "os", Presence::required, where, breaches);
  check_string(platform, "variant", Presence::optional, where, breaches);
  check_string(platform, "os.version", Presence::optional, where, breaches);
  check_strings(platform, "os.features", where, breaches);
}

std::optional<std::uint64_t> check_size(const Json& object, std::string_view where,
                                        Breaches& breaches) {
  const Json* size = member_of(object, "size");
  if (size == nullptr) {
    breaches.add(field(where, "size"), "is required");
  } else if (!size->is_number_integer() ||
             (!size->is_number_unsigned() && size->get<std::int64_t>() < 0)) {
    breaches.add(field(where, "size"), "must be a whole number of bytes");
  } else {
    return size->get<std::uint64_t>();
  }
  return std::nullopt;
}

void check_environment(const Json& execution, std::string_view where, Breaches& breaches) {
  check_strings(execution, "Env", where, breaches);
  const Json* entries = member_of(execution, "Env");
  if (entries == nullptr || !entries->is_array()) return;
  for (std::size_t i = 0; i < entries->size(); ++i) {
    const auto& entry = (*entries)[i];
    if (entry.is_string() && entry.get<std::string>().find('=') == std::string::npos)
      breaches.add(item(where, "Env", i), "must be `NAME=value`");
  }
}

void check_history(const Json& document, std::string_view where, Breaches& breaches) {
  const Json* history = member_of(document, "history");
  if (history == nullptr) return;
  if (!history->is_array()) return breaches.add(field(where, "history"), "must be an array");
  for (std::size_t i = 0; i < history->size(); ++i) {
    const auto& entry = (*history)[i];
    const auto place = item(where, "history", i);
    if (!entry.is_object()) {
      breaches.add(place, "must be an object");
      continue;
    }
    for (const auto* key : {"created", "author", "created_by", "comment"})
      check_string(entry, key, Presence::optional, place, breaches);
    if (const Json* empty = member_of(entry, "empty_layer"); empty && !empty->is_boolean())
      breaches.add(field(place, "empty_layer"), "must be true or false");
  }
}

std::vector<Digest> check_rootfs(const Json& document, std::string_view where, Breaches& breaches) {
  std::vector<Digest> diff_ids;
  const Json* rootfs = member_of(document, "rootfs");
  if (rootfs == nullptr || !rootfs->is_object()) {
    breaches.add(field(where, "rootfs"), "is required and must be an object");
    return diff_ids;
  }
  if (check_string(*rootfs, "type", Presence::required, where, breaches) != "layers")
    breaches.add(field(where, "rootfs.type"), "must be `layers`");
  const Json* ids = member_of(*rootfs, "diff_ids");
  if (ids == nullptr || !ids->is_array()) {
    breaches.add(field(where, "rootfs.diff_ids"), "is required and must be an array");
    return diff_ids;
  }
  for (std::size_t i = 0; i < ids->size(); ++i) {
    const auto& id = (*ids)[i];
    const auto digest = check_digest(id.is_string() ? id.get<std::string>() : id.dump(),
                                     item(where, "rootfs.diff_ids", i), breaches);
    diff_ids.push_back(digest.value_or(Digest()));
  }
  return diff_ids;
}

}  // namespace

const Json* member_of(const Json& object, std::string_view key) {
  if (!object.is_object()) return nullptr;
  const auto place = object.find(std::string(key));
  return place == object.end() || place->is_null() ? nullptr : &*place;
}

std::string check_string(const Json& object, std::string_view key, Presence presence,
                         std::string_view where, Breaches& breaches) {
  const Json* value = member_of(object, key);
  if (value == nullptr) {
    if (presence == Presence::required) breaches.add(field(where, key), "is required");
    return {};
  }
  if (value->is_string()) return value->get<std::string>();
  breaches.add(field(where, key), "must be a string");
  return {};
}

void check_strings(const Json& object, std::string_view key, std::string_view where,
                   Breaches& breaches) {
  const Json* value = member_of(object, key);
  if (value == nullptr) return;
  const bool is_right =
      value->is_array() &&
      std::all_of(value->begin(), value->end(), [](const Json& text) { return text.is_string(); });
  if (!is_right) breaches.add(field(where, key), "must be an array of strings");
}

void check_string_map(const Json& object, std::string_view key, std::string_view where,
                      Breaches& breaches) {
  const Json* value = member_of(object, key);
  if (value == nullptr) return;
  const bool is_right =
      value->is_object() &&
      std::all_of(value->begin(), value->end(), [](const Json& text) { return text.is_string(); });
  if (!is_right) breaches.add(field(where, key), "must map strings to strings");
}

std::optional<Descriptor> check_descriptor(const Json& value, std::string_view where,
                                           Breaches& breaches) {
  if (!value.is_object()) {
    breaches.add(where, "must be a descriptor");
    return std::nullopt;
  }
  check_media_type(value, "mediaType", Presence::required, where, breaches);
  check_media_type(value, "artifactType", Presence::optional, where, breaches);
  check_strings(value, "urls", where, breaches);
  check_string_map(value, "annotations", where, breaches);
  check_string(value, "data", Presence::optional, where, breaches);
  if (const Json* platform = member_of(value, "platform"))
    check_platform(*platform, field(where, "platform"), breaches);
  const auto size = check_size(value, where, breaches);
  const auto before = breaches.count();
  const auto text = check_string(value, "digest", Presence::required, where, breaches);
  if (breaches.count() != before) return std::nullopt;
  auto digest = check_digest(text, field(where, "digest"), breaches);
  if (!digest || !size) return std::nullopt;
  const Json* type = member_of(value, "mediaType");
  return Descriptor{.media_type = type && type->is_string() ? type->get<std::string>() : "",
                    .digest = std::move(*digest),
                    .size = *size,
                    .platform = {},
                    .annotations = {}};
}

void check_heading(const Json& document, std::string_view media_type, std::string_view where,
                   Breaches& breaches) {
  const Json* version = member_of(document, "schemaVersion");
  if (version == nullptr || !version->is_number_integer() || *version != 2)
    breaches.add(field(where, "schemaVersion"), "must be 2");
  const auto type = check_string(document, "mediaType", Presence::optional, where, breaches);
  if (!type.empty() && type != media_type)
    breaches.add(field(where, "mediaType"), "must be `" + std::string(media_type) + "`");
  check_media_type(document, "artifactType", Presence::optional, where, breaches);
  check_string_map(document, "annotations", where, breaches);
  if (const Json* subject = member_of(document, "subject"))
    check_descriptor(*subject, field(where, "subject"), breaches);
}

std::vector<Digest> check_config(const Json& document, std::string_view where, Breaches& breaches) {
  check_platform(document, where, breaches);
  check_string(document, "created", Presence::optional, where, breaches);
  check_string(document, "author", Presence::optional, where, breaches);
  if (const Json* execution = member_of(document, "config")) {
    const auto place = field(where, "config");
    if (!execution->is_object()) breaches.add(place, "must be an object");
    check_environment(*execution, place, breaches);
    check_strings(*execution, "Entrypoint", place, breaches);
    check_strings(*execution, "Cmd", place, breaches);
    check_string(*execution, "WorkingDir", Presence::optional, place, breaches);
    check_string(*execution, "User", Presence::optional, place, breaches);
    check_string_map(*execution, "Labels", place, breaches);
  }
  check_history(document, where, breaches);
  return check_rootfs(document, where, breaches);
}

Status as_breach(Error error, std::string_view where, Breaches& breaches) {
  if (error.kind() != ErrorKind::corrupt && error.kind() != ErrorKind::not_found) return error;
  breaches.add(std::string(where) + ":", error.message());
  return {};
}

}  // namespace xaas
