// SPDX-License-Identifier: Apache-2.0
#include "manifest_check.hpp"
#include "manifest_names.hpp"

#include "xaas/ir/manifest.hpp"
#include "xaas/support/json.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>
#include <utility>

// The format is described in ir/FORMAT.md; its schema is ir/schema/xaas.ir.schema.json.

namespace xaas {
namespace {

/// Far from where a sum of them would overflow.
constexpr std::int64_t k_highest_preference = 1'000'000;
/// More than any vector has: no machine can run it.
constexpr std::int64_t k_no_vector_bits = 1 << 16;

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

/// Absent or null: empty.
Result<std::optional<std::size_t>> read_optional_index(const JsonReader& reader, const char* key) {
  if (!reader.has(key) || reader.value().at(key).is_null()) return std::optional<std::size_t>{};
  XAAS_TRY(const auto index, reader.integer(key));
  return std::optional(static_cast<std::size_t>(index));
}

Result<UnitVariant> read_variant(const JsonReader& reader) {
  UnitVariant variant;
  XAAS_TRY(variant.isa, reader.string("isa"));
  XAAS_TRY(const auto needs, reader.strings("needs"));
  variant.needs = as_set(needs);
  XAAS_TRY(variant.bitcode, reader.digest("bitcode"));
  XAAS_TRY(variant.debug_bitcode, reader.digest_or_empty("debug_bitcode"));
  XAAS_TRY(const auto functions, reader.strings("explicit_functions"));
  variant.explicit_functions = as_set(functions);
  XAAS_TRY(const auto numerics, reader.object("numerics"));
  XAAS_TRY(variant.numerics, read_numerics(numerics));
  XAAS_TRY(variant.names_prefix, reader.boolean_or("names_prefix", false));
  return variant;
}

Result<UnitDifference> read_difference(const JsonReader& reader) {
  using Kind = UnitDifference::Kind;
  UnitDifference difference;
  XAAS_TRY(const auto kind, reader.string("kind"));
  // A later program may tell more apart.
  for (const Kind known : {Kind::flag, Kind::macro, Kind::file})
    if (kind == name_of(known)) difference.kind = known;
  XAAS_TRY(difference.name, reader.string_or("name", ""));
  XAAS_TRY(difference.here, reader.string_or("here", ""));
  XAAS_TRY(difference.there, reader.string_or("there", ""));
  return difference;
}

Status read_forms_for_processors(const JsonReader& reader, TranslationUnit& unit) {
  XAAS_TRY(const auto asks, reader.strings("asks"));
  unit.asks = as_set(asks);
  XAAS_TRY(unit.is_abi_bound, reader.boolean_or("abi_bound", false));
  XAAS_CHECK(read_all(reader, "variants", read_variant, unit.variants));
  XAAS_TRY(unit.differs_from, read_optional_index(reader, "differs_from"));
  return read_all(reader, "differences", read_difference, unit.differences);
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
  XAAS_CHECK(read_forms_for_processors(reader, unit));
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
    if (!reader.has("uses")) return library;
    XAAS_TRY(const auto uses, reader.strings("uses"));
    library.uses.emplace(uses.begin(), uses.end());
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

Result<PrefixedFile> read_prefixed_file(const JsonReader& reader) {
  PrefixedFile file;
  XAAS_TRY(file.path, reader.string("path"));
  XAAS_TRY(file.is_text, reader.boolean_or("text", false));
  XAAS_TRY(const auto places, read_indices(reader, "places"));
  file.places.assign(places.begin(), places.end());
  return file;
}

/// Absent or null: empty.
Result<std::optional<ConfigurationInstall>> read_configuration_install(const JsonReader& outer) {
  if (!outer.has("install") || outer.value().at("install").is_null())
    return std::optional<ConfigurationInstall>{};
  XAAS_TRY(const auto reader, outer.object("install"));
  ConfigurationInstall install;
  XAAS_TRY(install.image, reader.digest("image"));
  XAAS_CHECK(read_all(reader, "files", read_prefixed_file, install.files));
  XAAS_TRY(install.unreached, reader.strings("unreached"));
  XAAS_CHECK(read_all(reader, "generic_files", read_generic_file, install.generic_files));
  XAAS_TRY(install.glibc_floor, reader.string_or("glibc_floor", ""));
  XAAS_TRY(install.glibc_version, reader.string_or("glibc_version", ""));
  return std::optional(std::move(install));
}

Result<Configuration> read_configuration(const JsonReader& reader) {
  Configuration configuration;
  XAAS_TRY(configuration.name, reader.string("name"));
  XAAS_TRY(configuration.products, read_indices(reader, "products"));
  XAAS_TRY(configuration.install, read_configuration_install(reader));
  if (!reader.has("values")) return configuration;
  XAAS_TRY(const auto values, reader.object("values"));
  for (const auto& [point, value] : values.value().items()) {
    XAAS_TRY(configuration.values[point], values.string(point));
  }
  return configuration;
}

Result<LibraryRequirement> read_library_requirement(const JsonReader& reader) {
  LibraryRequirement library;
  XAAS_TRY(library.name, reader.string("name"));
  XAAS_TRY(library.version, reader.string_or("version", ""));
  return library;
}

Result<Requirements> read_requirements(const JsonReader& reader) {
  Requirements requirements;
  XAAS_TRY(const auto cpu, reader.strings("cpu"));
  requirements.cpu = as_set(cpu);
  XAAS_TRY(const auto vector_bits, reader.integer_or("vector_bits", 0));
  requirements.vector_bits = static_cast<unsigned>(std::min(vector_bits, k_no_vector_bits));
  XAAS_TRY(requirements.gpu_backend, reader.string_or("gpu_backend", ""));
  XAAS_TRY(const auto architectures, reader.strings("gpu_architectures"));
  requirements.gpu_architectures = as_set(architectures);
  XAAS_TRY(requirements.mpi, reader.string_or("mpi", ""));
  XAAS_CHECK(read_all(reader, "libraries", read_library_requirement, requirements.libraries));
  return requirements;
}

Result<PointValue> read_point_value(const JsonReader& reader) {
  PointValue value;
  XAAS_TRY(value.name, reader.string("name"));
  XAAS_TRY(value.description, reader.string_or("description", ""));
  XAAS_TRY(const auto requirements, reader.object("requires"));
  XAAS_TRY(value.requirements, read_requirements(requirements));
  XAAS_TRY(const auto preference, reader.integer_or("prefer", 0));
  value.preference = static_cast<int>(std::min(preference, k_highest_preference));
  return value;
}

Result<SpecializationPoint> read_point(const JsonReader& reader) {
  SpecializationPoint point;
  XAAS_TRY(point.name, reader.string("name"));
  XAAS_TRY(const auto kind, reader.string("kind"));
  // A later program may have more kinds; they decide nothing.
  point.kind = point_kind(kind).value_or(PointKind::option);
  XAAS_TRY(point.description, reader.string_or("description", ""));
  XAAS_CHECK(read_all(reader, "values", read_point_value, point.values));
  return point;
}

Result<Install> read_install(const JsonReader& reader) {
  Install install;
  XAAS_TRY(install.prefix, reader.string("prefix"));
  XAAS_TRY(install.placeholder, reader.string_or("placeholder", ""));
  XAAS_CHECK(read_all(reader, "files", read_prefixed_file, install.files));
  XAAS_TRY(install.unreached, reader.strings("unreached"));
  return install;
}

Result<Blob> read_blob(const JsonReader& reader) {
  Blob blob;
  XAAS_TRY(const auto size, reader.integer("size"));
  blob.size = static_cast<std::uint64_t>(size);
  XAAS_TRY(blob.layer, read_optional_index(reader, "layer"));
  if (!reader.has("delta")) return blob;
  XAAS_TRY(const auto delta, reader.object("delta"));
  XAAS_TRY(blob.base, delta.digest("base"));
  XAAS_TRY(blob.stored, delta.digest("stored"));
  XAAS_TRY(const auto stored_size, delta.integer("size"));
  blob.stored_size = static_cast<std::uint64_t>(stored_size);
  return blob;
}

Status read_blobs(const JsonReader& reader, std::map<Digest, Blob>& blobs) {
  XAAS_TRY(const auto objects, reader.objects("blobs"));
  for (const JsonReader& object : objects) {
    XAAS_TRY(auto content, object.digest("content"));
    XAAS_TRY(auto blob, read_blob(object));
    blobs.emplace(std::move(content), std::move(blob));
  }
  return {};
}

/// A later program can add fields, which this one does not read. What would be another application
/// without them, it names here.
Status check_requirements(const JsonReader& reader) {
  XAAS_TRY(const auto requirements, reader.strings("requires"));
  const auto unknown = std::ranges::find_if(
      requirements, [](const std::string& word) { return word != k_vector_bits; });
  if (unknown == requirements.end()) return {};
  return fail(ErrorKind::unsupported, "the image needs a reader that knows `{}`", *unknown)
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
  XAAS_CHECK(read_all(reader, "points", read_point, manifest.points));
  XAAS_TRY(manifest.isas, reader.strings("isas"));
  XAAS_CHECK(read_all(reader, "configurations", read_configuration, manifest.configurations));
  XAAS_CHECK(read_blobs(reader, manifest.blobs));
  XAAS_CHECK(check_references(manifest));
  return manifest;
}

}  // namespace xaas
