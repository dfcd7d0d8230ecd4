// SPDX-License-Identifier: Apache-2.0
#include "document.hpp"

#include "xaas/oci/image.hpp"
#include "xaas/support/json.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <utility>

namespace xaas {
namespace {

constexpr std::string_view k_epoch = "1970-01-01T00:00:00Z";

std::string field_path(const JsonReader& object, std::string_view key) {
  return object.path().empty() ? std::string(key) : object.path() + "." + std::string(key);
}

Error wrong_field(const JsonReader& object, std::string_view key, std::string_view rule) {
  return fail(ErrorKind::corrupt, "field `{}` {}", field_path(object, key), rule)
      .with_code("image.field");
}

Result<Annotations> read_string_map(const JsonReader& object, std::string_view key) {
  Annotations map;
  if (!object.has(key)) return map;
  XAAS_TRY(const auto members, object.object(key));
  for (const auto& member : members.value().items()) {
    if (!member.value().is_string()) return wrong_field(members, member.key(), "must be a string");
    map.emplace(member.key(), member.value().get<std::string>());
  }
  return map;
}

Result<Platform> read_platform(const JsonReader& object) {
  Platform platform;
  XAAS_TRY(platform.architecture, object.string("architecture"));
  XAAS_TRY(platform.os, object.string("os"));
  XAAS_TRY(platform.variant, object.string_or("variant", ""));
  return platform;
}

Result<Descriptor> read_descriptor(const JsonReader& object) {
  Descriptor descriptor;
  XAAS_TRY(descriptor.media_type, object.string("mediaType"));
  XAAS_TRY(descriptor.digest, object.digest("digest"));
  XAAS_TRY(const auto size, object.integer("size"));
  descriptor.size = static_cast<std::uint64_t>(size);
  if (object.has("platform")) {
    XAAS_TRY(const auto platform, object.object("platform"));
    XAAS_TRY(descriptor.platform, read_platform(platform));
  }
  XAAS_TRY(descriptor.annotations, read_string_map(object, "annotations"));
  return descriptor;
}

Result<std::vector<Descriptor>> read_descriptors(const JsonReader& object, std::string_view key) {
  std::vector<Descriptor> descriptors;
  XAAS_TRY(const auto items, object.objects(key));
  for (const auto& item : items) {
    XAAS_TRY(auto descriptor, read_descriptor(item));
    descriptors.push_back(std::move(descriptor));
  }
  return descriptors;
}

/// What manifests and indexes begin with: manifest.md and image-index.md say the same of both.
Status check_heading(const JsonReader& document, std::string_view media_type) {
  XAAS_TRY(const auto version, document.integer("schemaVersion"));
  if (version != 2) return wrong_field(document, "schemaVersion", "must be 2");
  XAAS_TRY(const auto type, document.string_or("mediaType", std::string(media_type)));
  if (type != media_type)
    return wrong_field(document, "mediaType", "must be `" + std::string(media_type) + "`");
  return {};
}

Result<ImageManifest> read_manifest(std::string_view text) {
  XAAS_TRY(const Json json, parse_document(text));
  const JsonReader document(json, "");
  XAAS_CHECK(check_heading(document, k_media_manifest));
  ImageManifest manifest;
  XAAS_TRY(manifest.artifact_type, document.string_or("artifactType", ""));
  XAAS_TRY(const auto config, document.object("config"));
  XAAS_TRY(manifest.config, read_descriptor(config));
  if (!document.has("layers")) return wrong_field(document, "layers", "is missing");
  XAAS_TRY(manifest.layers, read_descriptors(document, "layers"));
  if (document.has("subject")) {
    XAAS_TRY(const auto subject, document.object("subject"));
    XAAS_TRY(manifest.subject, read_descriptor(subject));
  }
  XAAS_TRY(manifest.annotations, read_string_map(document, "annotations"));
  return manifest;
}

Result<ImageIndex> read_index(std::string_view text) {
  XAAS_TRY(const Json json, parse_document(text));
  const JsonReader document(json, "");
  XAAS_CHECK(check_heading(document, k_media_index));
  ImageIndex index;
  if (!document.has("manifests")) return wrong_field(document, "manifests", "is missing");
  XAAS_TRY(index.manifests, read_descriptors(document, "manifests"));
  XAAS_TRY(index.annotations, read_string_map(document, "annotations"));
  return index;
}

Status read_execution(const JsonReader& object, ImageConfig& config) {
  XAAS_TRY(config.environment, object.strings("Env"));
  XAAS_TRY(config.entrypoint, object.strings("Entrypoint"));
  XAAS_TRY(config.command, object.strings("Cmd"));
  XAAS_TRY(config.working_folder, object.string_or("WorkingDir", ""));
  XAAS_TRY(config.labels, read_string_map(object, "Labels"));
  return {};
}

Status read_rootfs(const JsonReader& object, ImageConfig& config) {
  XAAS_TRY(const auto type, object.string("type"));
  if (type != "layers") return wrong_field(object, "type", "must be `layers`");
  if (!object.has("diff_ids")) return wrong_field(object, "diff_ids", "is missing");
  XAAS_TRY(const auto texts, object.strings("diff_ids"));
  for (std::size_t i = 0; i < texts.size(); ++i) {
    auto digest = Digest::parse(texts[i]);
    if (!digest) {
      return std::move(digest.error())
          .while_doing("reading " + field_path(object, "diff_ids[" + std::to_string(i) + "]"));
    }
    config.diff_ids.push_back(std::move(*digest));
  }
  return {};
}

Result<ImageConfig> read_config(std::string_view text) {
  XAAS_TRY(const Json json, parse_document(text));
  const JsonReader document(json, "");
  ImageConfig config;
  XAAS_TRY(config.platform, read_platform(document));
  if (document.has("config")) {
    XAAS_TRY(const auto execution, document.object("config"));
    XAAS_CHECK(read_execution(execution, config));
  }
  XAAS_TRY(const auto rootfs, document.object("rootfs"));
  XAAS_CHECK(read_rootfs(rootfs, config));
  XAAS_TRY(const auto history, document.objects("history"));
  for (const auto& entry : history) {
    XAAS_TRY(const bool makes_no_layer, entry.boolean_or("empty_layer", false));
    if (makes_no_layer) continue;
    XAAS_TRY(auto created_by, entry.string_or("created_by", ""));
    config.history.push_back(std::move(created_by));
  }
  return config;
}

Json json_of(const Annotations& map) {
  Json json = Json::object();
  for (const auto& [key, value] : map) json[key] = value;
  return json;
}

void write_platform(Json& json, const Platform& platform) {
  json["architecture"] = platform.architecture;
  json["os"] = platform.os;
  if (!platform.variant.empty()) json["variant"] = platform.variant;
}

Json json_of(const Descriptor& descriptor) {
  Json json = {{"mediaType", descriptor.media_type},
               {"digest", descriptor.digest.str()},
               {"size", descriptor.size}};
  if (descriptor.platform) {
    json["platform"] = Json::object();
    write_platform(json["platform"], *descriptor.platform);
  }
  if (!descriptor.annotations.empty()) json["annotations"] = json_of(descriptor.annotations);
  return json;
}

Json json_of(const std::vector<Descriptor>& descriptors) {
  Json json = Json::array();
  for (const auto& descriptor : descriptors) json.push_back(json_of(descriptor));
  return json;
}

}  // namespace

Result<ImageManifest> parse_manifest(std::string_view json) {
  return while_doing(read_manifest(json), "reading an image manifest");
}

Result<ImageIndex> parse_index(std::string_view json) {
  return while_doing(read_index(json), "reading an image index");
}

Result<ImageConfig> parse_config(std::string_view json) {
  return while_doing(read_config(json), "reading an image configuration");
}

std::string print_manifest(const ImageManifest& manifest) {
  Json json = {{"schemaVersion", 2}, {"mediaType", k_media_manifest}};
  if (!manifest.artifact_type.empty()) json["artifactType"] = manifest.artifact_type;
  json["config"] = json_of(manifest.config);
  json["layers"] = json_of(manifest.layers);
  if (manifest.subject) json["subject"] = json_of(*manifest.subject);
  if (!manifest.annotations.empty()) json["annotations"] = json_of(manifest.annotations);
  return print_json(json);
}

std::string print_index(const ImageIndex& index) {
  Json json = {{"schemaVersion", 2}, {"mediaType", k_media_index}};
  json["manifests"] = json_of(index.manifests);
  if (!index.annotations.empty()) json["annotations"] = json_of(index.annotations);
  return print_json(json);
}

std::string print_config(const ImageConfig& config) {
  Json json = {{"created", k_epoch}};
  write_platform(json, config.platform);
  Json execution = Json::object();
  if (!config.environment.empty()) execution["Env"] = config.environment;
  if (!config.entrypoint.empty()) execution["Entrypoint"] = config.entrypoint;
  if (!config.command.empty()) execution["Cmd"] = config.command;
  if (!config.working_folder.empty()) execution["WorkingDir"] = config.working_folder;
  if (!config.labels.empty()) execution["Labels"] = json_of(config.labels);
  json["config"] = std::move(execution);
  Json diff_ids = Json::array();
  for (const auto& digest : config.diff_ids) diff_ids.push_back(digest.str());
  json["rootfs"] = {{"type", "layers"}, {"diff_ids", std::move(diff_ids)}};
  Json history = Json::array();
  for (const auto& created_by : config.history)
    history.push_back({{"created", k_epoch}, {"created_by", created_by}});
  if (!history.empty()) json["history"] = std::move(history);
  return print_json(json);
}

}  // namespace xaas
