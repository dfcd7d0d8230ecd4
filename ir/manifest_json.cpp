// SPDX-License-Identifier: Apache-2.0
#include "manifest_check.hpp"

#include "xaas/ir/manifest.hpp"
#include "xaas/support/json.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <utility>
#include <variant>

// The format is described in ir/FORMAT.md; its schema is ir/schema/xaas.ir.schema.json.

namespace xaas {
namespace {

Json to_json(const Digest& digest) {
  return digest.is_empty() ? Json(nullptr) : Json(digest.str());
}

Json to_json(const Numerics& numerics) {
  return {{"multiply_adds", numerics.multiply_adds},
          {"fused", numerics.fused},
          {"contracted", numerics.contracted},
          {"fast_math", numerics.fast_math},
          {"math_calls", numerics.math_calls}};
}

Json to_json(const Package& package) {
  return {{"name", package.name}, {"ir", to_json(package.ir)}};
}

Json to_json(const TranslationUnit& unit) {
  Json json;
  json["source"] = unit.source;
  json["package"] = unit.package;
  json["language"] = unit.language;
  json["bitcode"] = to_json(unit.bitcode);
  json["machine_code"] = to_json(unit.machine_code);
  json["debug_bitcode"] = to_json(unit.debug_bitcode);
  json["debug_machine_code"] = to_json(unit.debug_machine_code);
  json["reason"] = unit.reason;
  json["pipeline_flags"] = unit.pipeline_flags;
  json["floor"] = unit.floor;
  json["explicit_functions"] = unit.explicit_functions;
  json["neutralized"] = unit.neutralized;
  json["numerics"] = to_json(unit.numerics);
  json["names_prefix"] = unit.names_prefix;
  json["text_bytes"] = unit.text_bytes;
  return json;
}

struct ItemToJson {
  Json operator()(const LinkOption& item) const { return {{"option", item.text}}; }
  Json operator()(const LinkUnit& item) const { return {{"unit", item.unit}}; }
  Json operator()(const LinkArchive& item) const {
    return {{"archive", item.name}, {"members", item.members}, {"whole", item.whole}};
  }
  Json operator()(const LinkFile& item) const {
    return {{"file", item.name}, {"prefix", item.prefix}, {"content", item.content.str()}};
  }
  Json operator()(const LinkLibrary& item) const {
    return {{"library", item.soname}, {"path", item.path}, {"content", to_json(item.content)}};
  }
};

std::string name_of(LinkKind kind) {
  switch (kind) {
    case LinkKind::executable:
      return "executable";
    case LinkKind::shared_library:
      return "shared-library";
    case LinkKind::archive:
      return "archive";
  }
  return "executable";
}

Json to_json(const Link& link) {
  Json items = Json::array();
  for (const LinkItem& item : link.items) items.push_back(std::visit(ItemToJson{}, item));
  return {{"name", link.name}, {"kind", name_of(link.kind)}, {"items", std::move(items)}};
}

std::string name_of(StripLevel level) {
  switch (level) {
    case StripLevel::nothing:
      return "nothing";
    case StripLevel::debug:
      return "debug";
    case StripLevel::all:
      return "all";
  }
  return "nothing";
}

Json to_json(const Product& product) {
  return {{"path", product.path},
          {"link", product.link},
          {"build_id", product.build_id},
          {"strip", name_of(product.strip)},
          {"runpath", product.runpath ? Json(*product.runpath) : Json(nullptr)},
          {"mode", product.mode}};
}

Json to_json(const GenericFile& file) {
  return {{"path", file.path}, {"reason", file.reason}};
}

Json to_json(const PrefixedFile& file) {
  return {{"path", file.path}, {"text", file.is_text}, {"places", file.places}};
}

Json to_json(const Configuration& configuration) {
  return {{"name", configuration.name}, {"products", configuration.products}};
}

template <class T>
Json to_json_array(const std::vector<T>& values) {
  Json array = Json::array();
  for (const T& value : values) array.push_back(to_json(value));
  return array;
}

Json to_json(const Install& install) {
  return {{"prefix", install.prefix},
          {"placeholder", install.placeholder},
          {"files", to_json_array(install.files)},
          {"unreached", install.unreached}};
}

Result<std::vector<std::size_t>> read_indices(const JsonReader& reader, const char* key) {
  std::vector<std::size_t> indices;
  const Json& object = reader.value();
  if (!object.contains(key) || !object.at(key).is_array()) {
    return fail(ErrorKind::corrupt, "`{}.{}` is not an array", reader.path(), key)
        .with_code("ir.field");
  }
  for (const Json& value : object.at(key)) {
    if (!value.is_number_unsigned()) {
      return fail(ErrorKind::corrupt, "`{}.{}` holds something that is not an index", reader.path(),
                  key)
          .with_code("ir.field");
    }
    indices.push_back(value.get<std::size_t>());
  }
  return indices;
}

std::set<std::string> as_set(const std::vector<std::string>& values) {
  return {values.begin(), values.end()};
}

Result<Numerics> read_numerics(const JsonReader& reader) {
  Numerics numerics;
  XAAS_TRY(const auto multiply_adds, reader.integer("multiply_adds"));
  numerics.multiply_adds = static_cast<std::size_t>(multiply_adds);
  XAAS_TRY(numerics.fused, reader.boolean_or("fused", false));
  XAAS_TRY(const auto contracted, reader.integer("contracted"));
  numerics.contracted = static_cast<std::size_t>(contracted);
  XAAS_TRY(const auto fast_math, reader.integer("fast_math"));
  numerics.fast_math = static_cast<std::size_t>(fast_math);
  XAAS_TRY(const auto calls, reader.strings("math_calls"));
  numerics.math_calls = as_set(calls);
  return numerics;
}

Result<Package> read_package(const JsonReader& reader) {
  Package package;
  XAAS_TRY(package.name, reader.string("name"));
  XAAS_TRY(package.ir, reader.digest_or_empty("ir"));
  return package;
}

Result<TranslationUnit> read_unit(const JsonReader& reader) {
  TranslationUnit unit;
  XAAS_TRY(unit.source, reader.string("source"));
  XAAS_TRY(const auto package, reader.integer_or("package", 0));
  unit.package = static_cast<std::size_t>(package);
  XAAS_TRY(unit.language, reader.string("language"));
  XAAS_TRY(unit.bitcode, reader.digest_or_empty("bitcode"));
  XAAS_TRY(unit.machine_code, reader.digest_or_empty("machine_code"));
  XAAS_TRY(unit.debug_bitcode, reader.digest_or_empty("debug_bitcode"));
  XAAS_TRY(unit.debug_machine_code, reader.digest_or_empty("debug_machine_code"));
  XAAS_TRY(unit.reason, reader.string_or("reason", ""));
  XAAS_TRY(unit.pipeline_flags, reader.strings("pipeline_flags"));
  XAAS_TRY(const auto floor, reader.strings("floor"));
  unit.floor = as_set(floor);
  XAAS_TRY(const auto functions, reader.strings("explicit_functions"));
  unit.explicit_functions = as_set(functions);
  XAAS_TRY(unit.neutralized, reader.strings("neutralized"));
  XAAS_TRY(const auto numerics, reader.object("numerics"));
  XAAS_TRY(unit.numerics, read_numerics(numerics));
  XAAS_TRY(unit.names_prefix, reader.boolean_or("names_prefix", false));
  XAAS_TRY(const auto text_bytes, reader.integer_or("text_bytes", 0));
  unit.text_bytes = static_cast<std::uint64_t>(text_bytes);
  return unit;
}

Result<LinkItem> read_item(const JsonReader& reader) {
  if (reader.has("option")) {
    XAAS_TRY(auto text, reader.string("option"));
    return LinkOption{.text = std::move(text)};
  }
  if (reader.has("unit")) {
    XAAS_TRY(const auto unit, reader.integer("unit"));
    return LinkUnit{.unit = static_cast<std::size_t>(unit)};
  }
  if (reader.has("archive")) {
    LinkArchive archive;
    XAAS_TRY(archive.name, reader.string("archive"));
    XAAS_TRY(archive.members, read_indices(reader, "members"));
    XAAS_TRY(archive.whole, reader.boolean_or("whole", false));
    return archive;
  }
  if (reader.has("file")) {
    LinkFile file;
    XAAS_TRY(file.name, reader.string("file"));
    XAAS_TRY(file.prefix, reader.string_or("prefix", ""));
    XAAS_TRY(file.content, reader.digest("content"));
    return file;
  }
  if (reader.has("library")) {
    LinkLibrary library;
    XAAS_TRY(library.soname, reader.string("library"));
    XAAS_TRY(library.path, reader.string_or("path", ""));
    XAAS_TRY(library.content, reader.digest_or_empty("content"));
    return library;
  }
  return fail(ErrorKind::corrupt,
              "`{}` is none of `option`, `unit`, `archive`, `file` and `library`", reader.path())
      .with_code("ir.field");
}

Result<LinkKind> read_kind(const JsonReader& reader) {
  XAAS_TRY(const auto text, reader.string("kind"));
  for (const LinkKind kind : {LinkKind::executable, LinkKind::shared_library, LinkKind::archive}) {
    if (text == name_of(kind)) return kind;
  }
  return fail(ErrorKind::corrupt,
              "`{}.kind` is `{}`, none of `executable`, `shared-library` and `archive`",
              reader.path(), text)
      .with_code("ir.field");
}

Result<Link> read_link(const JsonReader& reader) {
  Link link;
  XAAS_TRY(link.name, reader.string("name"));
  XAAS_TRY(link.kind, read_kind(reader));
  XAAS_TRY(const auto items, reader.objects("items"));
  for (const JsonReader& item : items) {
    XAAS_TRY(auto value, read_item(item));
    link.items.push_back(std::move(value));
  }
  return link;
}

Result<StripLevel> read_strip(const JsonReader& reader) {
  XAAS_TRY(const auto text, reader.string_or("strip", "nothing"));
  for (const StripLevel level : {StripLevel::nothing, StripLevel::debug, StripLevel::all}) {
    if (text == name_of(level)) return level;
  }
  return fail(ErrorKind::corrupt, "`{}.strip` is `{}`, none of `nothing`, `debug` and `all`",
              reader.path(), text)
      .with_code("ir.field");
}

Result<Product> read_product(const JsonReader& reader) {
  Product product;
  XAAS_TRY(product.path, reader.string("path"));
  XAAS_TRY(const auto link, reader.integer("link"));
  product.link = static_cast<std::size_t>(link);
  XAAS_TRY(product.build_id, reader.string_or("build_id", ""));
  XAAS_TRY(product.strip, read_strip(reader));
  if (reader.has("runpath") && !reader.value().at("runpath").is_null()) {
    XAAS_TRY(product.runpath, reader.strings("runpath"));
  }
  XAAS_TRY(const auto mode, reader.integer_or("mode", 0755));
  product.mode = static_cast<unsigned>(mode) & 0777;
  return product;
}

Result<GenericFile> read_generic_file(const JsonReader& reader) {
  GenericFile file;
  XAAS_TRY(file.path, reader.string("path"));
  XAAS_TRY(file.reason, reader.string("reason"));
  return file;
}

Result<Configuration> read_configuration(const JsonReader& reader) {
  Configuration configuration;
  XAAS_TRY(configuration.name, reader.string("name"));
  XAAS_TRY(configuration.products, read_indices(reader, "products"));
  return configuration;
}

Result<PrefixedFile> read_prefixed_file(const JsonReader& reader) {
  PrefixedFile file;
  XAAS_TRY(file.path, reader.string("path"));
  XAAS_TRY(file.is_text, reader.boolean_or("text", false));
  XAAS_TRY(const auto places, read_indices(reader, "places"));
  file.places.assign(places.begin(), places.end());
  return file;
}

template <class T>
Status read_all(const JsonReader& reader, const char* key, Result<T> (*read)(const JsonReader&),
                std::vector<T>& into) {
  XAAS_TRY(const auto objects, reader.objects(key));
  for (const JsonReader& object : objects) {
    XAAS_TRY(auto value, read(object));
    into.push_back(std::move(value));
  }
  return {};
}

Result<Install> read_install(const JsonReader& reader) {
  Install install;
  XAAS_TRY(install.prefix, reader.string("prefix"));
  XAAS_TRY(install.placeholder, reader.string_or("placeholder", ""));
  XAAS_CHECK(read_all(reader, "files", read_prefixed_file, install.files));
  XAAS_TRY(install.unreached, reader.strings("unreached"));
  return install;
}

Status read_blobs(const JsonReader& reader, std::map<Digest, std::uint64_t>& blobs) {
  XAAS_TRY(const auto objects, reader.objects("blobs"));
  for (const JsonReader& object : objects) {
    XAAS_TRY(auto content, object.digest("content"));
    XAAS_TRY(const auto size, object.integer("size"));
    blobs.emplace(std::move(content), static_cast<std::uint64_t>(size));
  }
  return {};
}

/// A later program can add fields, which this one does not read. What would be another application
/// without them, it names here.
Status check_requirements(const JsonReader& reader) {
  XAAS_TRY(const auto requirements, reader.strings("requires"));
  if (requirements.empty()) return {};
  return fail(ErrorKind::unsupported, "the image needs a reader that knows `{}`",
              requirements.front())
      .with_code("ir.requires")
      .with_help("use a newer xaas-deploy");
}

/// Every later version of this program reads version 1; 0 changed from one day to the next.
Status check_schema(const std::string& schema) {
  if (schema == k_ir_schema) return {};
  const bool is_draft = schema == "xaas.ir/0";
  return fail(ErrorKind::unsupported,
              "the IR manifest is of schema `{}`{}; this program reads `{}`", schema,
              is_draft ? ", from before the format was settled" : "", k_ir_schema)
      .with_code("ir.schema")
      .with_help(is_draft ? "package the application again, with this xaas-build"
                          : "use a newer xaas-deploy");
}

Status read_header(const JsonReader& reader, IrManifest& manifest) {
  XAAS_TRY(const auto schema, reader.string("schema"));
  XAAS_CHECK(check_schema(schema));
  XAAS_CHECK(check_requirements(reader));
  XAAS_TRY(manifest.application, reader.string("application"));
  XAAS_TRY(manifest.producer, reader.string("producer"));
  XAAS_TRY(manifest.llvm_version, reader.string("llvm"));
  XAAS_TRY(manifest.architecture, reader.string("architecture"));
  XAAS_TRY(manifest.triple, reader.string("triple"));
  XAAS_TRY(manifest.baseline, reader.string("baseline"));
  XAAS_TRY(manifest.glibc_floor, reader.string_or("glibc_floor", ""));
  XAAS_TRY(manifest.glibc_version, reader.string_or("glibc_version", ""));
  XAAS_TRY(manifest.build_system, reader.string_or("build_system", ""));
  return {};
}

}  // namespace

std::string print_ir_manifest(const IrManifest& manifest) {
  Json json;
  json["schema"] = k_ir_schema;
  json["requires"] = Json::array();
  json["application"] = manifest.application;
  json["producer"] = manifest.producer;
  json["llvm"] = manifest.llvm_version;
  json["architecture"] = manifest.architecture;
  json["triple"] = manifest.triple;
  json["baseline"] = manifest.baseline;
  json["glibc_floor"] = manifest.glibc_floor;
  json["glibc_version"] = manifest.glibc_version;
  json["build_system"] = manifest.build_system;
  json["install"] = to_json(manifest.install);
  json["packages"] = to_json_array(manifest.packages);
  json["units"] = to_json_array(manifest.units);
  json["links"] = to_json_array(manifest.links);
  json["products"] = to_json_array(manifest.products);
  json["generic_files"] = to_json_array(manifest.generic_files);
  json["configurations"] = to_json_array(manifest.configurations);
  // An array: there may be tens of thousands, and an ordered JSON object is searched from its
  // start.
  Json blobs = Json::array();
  for (const auto& [content, size] : manifest.blobs) {
    blobs.push_back({{"content", content.str()}, {"size", size}});
  }
  json["blobs"] = std::move(blobs);
  return print_json(json);
}

Result<IrManifest> parse_ir_manifest(std::string_view text) {
  XAAS_TRY(const Json json, parse_json(text));
  if (!json.is_object()) {
    return fail(ErrorKind::corrupt, "the IR manifest is not a JSON object").with_code("ir.field");
  }
  const JsonReader reader(json, "");
  IrManifest manifest;
  XAAS_CHECK(read_header(reader, manifest));
  XAAS_TRY(const auto install, reader.object("install"));
  XAAS_TRY(manifest.install, read_install(install));
  XAAS_CHECK(read_all(reader, "packages", read_package, manifest.packages));
  XAAS_CHECK(read_all(reader, "units", read_unit, manifest.units));
  XAAS_CHECK(read_all(reader, "links", read_link, manifest.links));
  XAAS_CHECK(read_all(reader, "products", read_product, manifest.products));
  XAAS_CHECK(read_all(reader, "generic_files", read_generic_file, manifest.generic_files));
  XAAS_CHECK(read_all(reader, "configurations", read_configuration, manifest.configurations));
  XAAS_CHECK(read_blobs(reader, manifest.blobs));
  XAAS_CHECK(check_references(manifest));
  return manifest;
}

std::string ir_blob_path(const Digest& digest) {
  return "blobs/" + digest.hex();
}

}  // namespace xaas
