// SPDX-License-Identifier: Apache-2.0
#include "record/deployment_record.hpp"

#include "xaas/ir/prefix.hpp"
#include "xaas/support/json.hpp"
#include "xaas/targets/choose_target.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <filesystem>
#include <string>
#include <utility>

namespace xaas {
namespace {

constexpr std::string_view k_schema = "xaas.deployment/1";

/// The component that owns a value owns its JSON too; nest its text instead of writing it again.
Json nested(const std::string& text) {
  return Json::parse(text);
}

Json to_json(const DeployedProduct& product) {
  return {{"path", product.path},
          {"place", product.place},
          {"content", product.content.str()},
          {"units", product.units},
          {"lowered", product.lowered},
          {"variants", product.variants},
          {"census", nested(print_census(product.census))}};
}

Error wrong_field(const JsonReader& reader, std::string_view key, std::string_view rule) {
  return fail(ErrorKind::corrupt, "`{}{}{}` {}", reader.path(), reader.path().empty() ? "" : ".",
              key, rule)
      .with_code("support.json-field");
}

/// A stranger's tree must not lead us out of it.
Status check_place(const JsonReader& reader, std::string_view key, const std::string& place) {
  const std::filesystem::path path(place);
  if (path.is_relative() && path.has_filename() && place != "." &&
      path.native() == path.lexically_normal().native() && *path.begin() != "..")
    return {};
  return wrong_field(reader, key, "is not a path below the tree");
}

Result<std::map<std::string, std::size_t>> read_variants(const JsonReader& reader) {
  std::map<std::string, std::size_t> variants;
  if (!reader.has("variants")) return variants;
  XAAS_TRY(const auto object, reader.object("variants"));
  for (const auto& item : object.value().items()) {
    XAAS_TRY(const auto count, object.integer(item.key()));
    variants[item.key()] = static_cast<std::size_t>(count);
  }
  return variants;
}

Result<DeployedProduct> read_product(const JsonReader& reader) {
  DeployedProduct product;
  XAAS_TRY(product.path, reader.string("path"));
  XAAS_TRY(product.place, reader.string_or("place", ""));
  if (!product.place.empty()) XAAS_CHECK(check_place(reader, "place", product.place));
  XAAS_TRY(product.content, reader.digest("content"));
  XAAS_TRY(const auto units, reader.integer("units"));
  XAAS_TRY(const auto lowered, reader.integer("lowered"));
  product.units = static_cast<std::size_t>(units);
  product.lowered = static_cast<std::size_t>(lowered);
  XAAS_TRY(product.variants, read_variants(reader));
  XAAS_TRY(const auto census, reader.object("census"));
  XAAS_TRY(product.census, parse_census(census.value().dump()));
  return product;
}

Json to_json(const LinkedLibrary& library) {
  return {{"interface", library.interface},   {"implementation", library.implementation},
          {"version", library.version},       {"abi", library.abi},
          {"soname", library.soname},         {"path", library.path},
          {"content", library.content.str()}, {"stands_for", library.stands_for},
          {"module", library.module},         {"reason", library.reason}};
}

Result<LinkedLibrary> read_library(const JsonReader& reader) {
  LinkedLibrary library;
  XAAS_TRY(library.interface, reader.string("interface"));
  XAAS_TRY(library.implementation, reader.string("implementation"));
  XAAS_TRY(library.version, reader.string_or("version", ""));
  XAAS_TRY(library.abi, reader.string_or("abi", ""));
  XAAS_TRY(library.soname, reader.string("soname"));
  XAAS_TRY(library.path, reader.string("path"));
  if (!library.path.starts_with('/')) return wrong_field(reader, "path", "is no absolute path");
  XAAS_TRY(library.content, reader.digest("content"));
  XAAS_TRY(library.stands_for, reader.strings("stands_for"));
  XAAS_TRY(library.module, reader.string_or("module", ""));
  XAAS_TRY(library.reason, reader.string_or("reason", ""));
  return library;
}

Status check_absolute(const JsonReader& reader, std::string_view key,
                      const std::vector<std::string>& paths) {
  const auto is_absolute = [](const std::string& path) { return path.starts_with('/'); };
  if (std::ranges::all_of(paths, is_absolute)) return {};
  return wrong_field(reader, key, "has a path that is not absolute");
}

Json to_json(const DeployedTarget& part) {
  Json products = Json::array();
  for (const DeployedProduct& product : part.products) products.push_back(to_json(product));
  Json exceptions = Json::array();
  for (const UnitExceptions& some : part.exceptions) exceptions.push_back(to_json(some));
  Json libraries = Json::array();
  for (const LinkedLibrary& library : part.libraries) libraries.push_back(to_json(library));
  return {{"target", nested(print_target(part.target))},
          {"view", part.view},
          {"numerics", part.numerics},
          {"products", std::move(products)},
          {"generic_products", part.generic_products},
          {"exceptions", std::move(exceptions)},
          {"libraries", std::move(libraries)},
          {"bound_paths", part.bound.paths},
          {"bound_library_folders", part.bound.library_folders},
          {"notes", part.notes}};
}

Result<DeployedTarget> read_part(const JsonReader& reader) {
  DeployedTarget part;
  XAAS_TRY(const auto target, reader.object("target"));
  XAAS_TRY(part.target, parse_target(target.value().dump()));
  XAAS_TRY(part.view, reader.string_or("view", ""));
  if (!part.view.empty()) XAAS_CHECK(check_place(reader, "view", part.view));
  XAAS_TRY(part.numerics, reader.string("numerics"));
  XAAS_TRY(const auto products, reader.objects("products"));
  for (const JsonReader& object : products) {
    XAAS_TRY(auto product, read_product(object));
    part.products.push_back(std::move(product));
  }
  XAAS_TRY(part.generic_products, reader.strings("generic_products"));
  XAAS_TRY(const auto exceptions, reader.objects("exceptions"));
  for (const JsonReader& object : exceptions) {
    XAAS_TRY(auto some, read_exceptions(object));
    part.exceptions.push_back(std::move(some));
  }
  XAAS_TRY(const auto libraries, reader.objects("libraries"));
  for (const JsonReader& object : libraries) {
    XAAS_TRY(auto library, read_library(object));
    part.libraries.push_back(std::move(library));
  }
  XAAS_TRY(part.bound.paths, reader.strings("bound_paths"));
  XAAS_TRY(part.bound.library_folders, reader.strings("bound_library_folders"));
  XAAS_CHECK(check_absolute(reader, "bound_paths", part.bound.paths));
  XAAS_CHECK(check_absolute(reader, "bound_library_folders", part.bound.library_folders));
  XAAS_TRY(part.notes, reader.strings("notes"));
  return part;
}

Result<std::vector<DeployedTarget>> read_parts(const JsonReader& reader) {
  XAAS_TRY(const auto objects, reader.objects("targets"));
  std::vector<DeployedTarget> parts;
  for (const JsonReader& object : objects) {
    XAAS_TRY(auto part, read_part(object));
    parts.push_back(std::move(part));
  }
  if (!parts.empty()) return parts;
  return fail(ErrorKind::corrupt, "the deployment's record names no target")
      .with_code("support.json-field");
}

Json to_json(const PrefixedFile& file) {
  return {{"path", file.path}, {"text", file.is_text}, {"places", file.places}};
}

Result<PrefixedFile> read_prefixed_file(const JsonReader& reader, const DeploymentRecord& record) {
  PrefixedFile file;
  XAAS_TRY(file.path, reader.string("path"));
  XAAS_CHECK(check_place(reader, "path", file.path));
  XAAS_TRY(file.is_text, reader.boolean_or("text", false));
  if (prefix_in(file, record.prefix, record.room).empty())
    return wrong_field(reader, "path", "is a file without room for the prefix");
  if (!reader.has("places")) return file;
  for (const Json& place : reader.value().at("places")) {
    if (!place.is_number_unsigned()) return wrong_field(reader, "places", "has no places");
    file.places.push_back(place.get<std::uint64_t>());
  }
  if (lie_apart(file.places, file.is_text ? record.prefix.size() : record.room)) return file;
  return wrong_field(reader, "places", "has places that overlap");
}

/// Earlier releases recorded none.
Result<std::optional<ConfigurationDecision>> read_recorded_decision(const JsonReader& reader) {
  if (!reader.has("decision")) return std::nullopt;
  XAAS_TRY(const auto object, reader.object("decision"));
  XAAS_TRY(auto decision, read_decision(object));
  return decision;
}

/// Of a tree: where its prefix stands.
Status read_prefix(const JsonReader& reader, DeploymentRecord& record) {
  constexpr std::int64_t k_longest_path = 4096;  // PATH_MAX
  XAAS_TRY(record.prefix, reader.string_or("prefix", ""));
  XAAS_TRY(record.unreached, reader.strings("unreached"));
  XAAS_TRY(const auto room, reader.integer_or("room", 0));
  if (room > k_longest_path) return wrong_field(reader, "room", "is longer than any path");
  record.room = static_cast<std::size_t>(room);
  XAAS_TRY(const auto prefixed, reader.objects("prefixed"));
  if (!prefixed.empty() && !record.prefix.starts_with('/'))
    return wrong_field(reader, "prefix", "is no absolute path");
  for (const JsonReader& object : prefixed) {
    XAAS_TRY(auto file, read_prefixed_file(object, record));
    record.prefixed.push_back(std::move(file));
  }
  return {};
}

}  // namespace

Target what_decides(Target target) {
  target.cpu.topology = {};
  target.cpu.caches.clear();
  target.memory = 0;
  target.interconnect = {};
  target.runtimes.reset();
  target.scheduler = {};
  target.system = {};
  std::erase_if(target.origins, [](const auto& origin) {
    constexpr auto k_left_out =
        std::to_array<std::string_view>({"cpu.topology", "cpu.caches", "memory", "interconnect",
                                         "runtimes", "scheduler", "system"});
    return std::ranges::any_of(
        k_left_out, [&](std::string_view field) { return origin.first.starts_with(field); });
  });
  return target;
}

const DeployedTarget& part_for(const DeploymentRecord& record, const Target& host) {
  std::vector<Target> targets;
  targets.reserve(record.targets.size());
  for (const DeployedTarget& part : record.targets) targets.push_back(part.target);
  const std::size_t last = targets.size() - 1;  // the generic view, of several
  return record.targets[choose_target(targets, host).value_or(last)];
}

std::string print_record(const DeploymentRecord& record) {
  Json targets = Json::array();
  for (const DeployedTarget& part : record.targets) targets.push_back(to_json(part));
  Json json;
  json["schema"] = k_schema;
  json["application"] = record.application;
  json["image"] = record.image.str();
  json["ir"] = record.ir.str();
  if (!record.reference.empty()) json["reference"] = record.reference;
  json["producer"] = record.producer;
  json["configuration"] = record.configuration;
  json["values"] = record.values;
  if (record.decision) json["decision"] = to_json(*record.decision);
  if (!record.library_settings.empty()) json["library_settings"] = record.library_settings;
  json["lto"] = record.lto;
  json["frame_pointers"] = record.frame_pointers;
  json["debug_info"] = record.debug_info;
  if (!record.source.empty()) json["source"] = record.source;
  json["entrypoint"] = record.entrypoint;
  json["command"] = record.command;
  json["environment"] = record.environment;
  json["targets"] = std::move(targets);
  json["notes"] = record.notes;
  json["c_library"] = record.c_library;
  if (!record.c_library_setting.empty()) json["c_library_setting"] = record.c_library_setting;
  json["prefix"] = record.prefix;
  json["room"] = record.room;
  Json prefixed = Json::array();
  for (const PrefixedFile& file : record.prefixed) prefixed.push_back(to_json(file));
  json["unreached"] = record.unreached;
  json["prefixed"] = std::move(prefixed);
  return print_json(json);
}

Result<DeploymentRecord> parse_record(std::string_view text) {
  XAAS_TRY(const Json json, parse_json(text));
  const JsonReader reader(json, "");
  XAAS_TRY(const auto schema, reader.string("schema"));
  if (schema != k_schema) {
    return fail(ErrorKind::unsupported,
                "the deployment's record is of schema `{}`; this program reads `{}`", schema,
                k_schema)
        .with_code("deployed.schema")
        .with_help("use the xaas-deploy that made the deployment, or specialize the image again");
  }
  DeploymentRecord record;
  XAAS_TRY(record.application, reader.string("application"));
  XAAS_TRY(record.image, reader.digest("image"));
  XAAS_TRY(record.ir, reader.digest("ir"));
  XAAS_TRY(record.reference, reader.string_or("reference", ""));
  XAAS_TRY(record.producer, reader.string("producer"));
  XAAS_TRY(record.configuration, reader.string("configuration"));
  XAAS_TRY(record.values, read_text_map(reader, "values"));
  XAAS_TRY(record.decision, read_recorded_decision(reader));
  XAAS_TRY(record.library_settings, read_text_map(reader, "library_settings"));
  XAAS_TRY(record.lto, reader.string("lto"));
  XAAS_TRY(record.frame_pointers, reader.boolean_or("frame_pointers", false));
  XAAS_TRY(record.debug_info, reader.boolean_or("debug_info", false));
  XAAS_TRY(record.source, reader.string_or("source", ""));
  XAAS_TRY(record.entrypoint, reader.strings("entrypoint"));
  XAAS_TRY(record.command, reader.strings("command"));
  XAAS_TRY(record.environment, reader.strings("environment"));
  XAAS_TRY(record.targets, read_parts(reader));
  XAAS_TRY(record.notes, reader.strings("notes"));
  XAAS_TRY(record.c_library, reader.string_or("c_library", ""));
  XAAS_TRY(record.c_library_setting, reader.string_or("c_library_setting", ""));
  XAAS_CHECK(read_prefix(reader, record));
  return record;
}

}  // namespace xaas
