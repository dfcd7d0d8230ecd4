// SPDX-License-Identifier: Apache-2.0
#include "manifest_names.hpp"

#include "xaas/ir/manifest.hpp"
#include "xaas/support/json.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

// The format is described in ir/FORMAT.md; its schema is ir/schema/xaas.ir.schema.json.

namespace xaas {
namespace {

Json to_json(const GenericFile& file);
Json to_json(const Link& link);
Json to_json(const LibraryRequirement& library);
Json to_json(const Package& package);
Json to_json(const PointValue& value);
Json to_json(const PrefixedFile& file);
Json to_json(const Product& product);
Json to_json(const SpecializationPoint& point);
Json to_json(const TranslationUnit& unit);
Json to_json(const UnitDifference& difference);
Json to_json(const UnitVariant& variant);
Json to_json(const Configuration& configuration);

template <class T>
Json to_json_array(const std::vector<T>& values) {
  Json array = Json::array();
  for (const T& value : values) array.push_back(to_json(value));
  return array;
}

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

Json to_json(const UnitVariant& variant) {
  return {{"isa", variant.isa},
          {"needs", variant.needs},
          {"bitcode", to_json(variant.bitcode)},
          {"debug_bitcode", to_json(variant.debug_bitcode)},
          {"explicit_functions", variant.explicit_functions},
          {"numerics", to_json(variant.numerics)},
          {"names_prefix", variant.names_prefix}};
}

Json to_json(const UnitDifference& difference) {
  return {{"kind", name_of(difference.kind)},
          {"name", difference.name},
          {"here", difference.here},
          {"there", difference.there}};
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
  json["asks"] = unit.asks;
  json["abi_bound"] = unit.is_abi_bound;
  json["variants"] = to_json_array(unit.variants);
  json["differs_from"] = unit.differs_from ? Json(*unit.differs_from) : Json(nullptr);
  json["differences"] = to_json_array(unit.differences);
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
    Json json = {{"library", item.soname}, {"path", item.path}, {"content", to_json(item.content)}};
    if (item.uses) json["uses"] = *item.uses;
    return json;
  }
};

Json to_json(const Link& link) {
  Json items = Json::array();
  for (const LinkItem& item : link.items) items.push_back(std::visit(ItemToJson{}, item));
  return {{"name", link.name}, {"kind", name_of(link.kind)}, {"items", std::move(items)}};
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

Json to_json(const ConfigurationInstall& install) {
  return {
      {"image", install.image.str()},       {"files", to_json_array(install.files)},
      {"unreached", install.unreached},     {"generic_files", to_json_array(install.generic_files)},
      {"glibc_floor", install.glibc_floor}, {"glibc_version", install.glibc_version}};
}

Json to_json(const Configuration& configuration) {
  return {{"name", configuration.name},
          {"products", configuration.products},
          {"values", configuration.values},
          {"install", configuration.install ? to_json(*configuration.install) : Json(nullptr)}};
}

Json to_json(const LibraryRequirement& library) {
  return {{"name", library.name}, {"version", library.version}};
}

Json to_json(const Requirements& requirements) {
  Json json = {{"cpu", requirements.cpu},
               {"gpu_backend", requirements.gpu_backend},
               {"gpu_architectures", requirements.gpu_architectures},
               {"mpi", requirements.mpi},
               {"libraries", to_json_array(requirements.libraries)}};
  if (requirements.vector_bits != 0) json["vector_bits"] = requirements.vector_bits;
  return json;
}

Json to_json(const PointValue& value) {
  return {{"name", value.name},
          {"description", value.description},
          {"requires", to_json(value.requirements)},
          {"prefer", value.preference}};
}

Json to_json(const SpecializationPoint& point) {
  return {{"name", point.name},
          {"kind", name_of(point.kind)},
          {"description", point.description},
          {"values", to_json_array(point.values)}};
}

Json to_json(const Digest& content, const Blob& blob) {
  Json json{{"content", content.str()}, {"size", blob.size}};
  json["layer"] = blob.layer ? Json(*blob.layer) : Json(nullptr);
  if (!blob.base.is_empty()) {
    json["delta"] = {
        {"base", blob.base.str()}, {"stored", blob.stored.str()}, {"size", blob.stored_size}};
  }
  return json;
}

Json to_json(const Install& install) {
  return {{"prefix", install.prefix},
          {"placeholder", install.placeholder},
          {"files", to_json_array(install.files)},
          {"unreached", install.unreached}};
}

/// Readers before `vector_bits` would pass over it, and choose code for vectors of another length.
Json requirements_on_readers(const IrManifest& manifest) {
  const auto is_fixed = [](const PointValue& value) { return value.requirements.vector_bits != 0; };
  const bool has_fixed = std::ranges::any_of(manifest.points, [&](const auto& point) {
    return std::ranges::any_of(point.values, is_fixed);
  });
  return has_fixed ? Json{k_vector_bits} : Json::array();
}

}  // namespace

std::string print_ir_manifest(const IrManifest& manifest) {
  Json json;
  json["schema"] = k_ir_schema;
  json["requires"] = requirements_on_readers(manifest);
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
  json["points"] = to_json_array(manifest.points);
  json["isas"] = manifest.isas;
  json["configurations"] = to_json_array(manifest.configurations);
  // An array: there may be tens of thousands, and an ordered JSON object is searched from its
  // start.
  Json blobs = Json::array();
  for (const auto& [content, blob] : manifest.blobs) {
    blobs.push_back(to_json(content, blob));
  }
  json["blobs"] = std::move(blobs);
  return print_json(json);
}

std::string ir_blob_path(const Digest& digest) {
  return "blobs/" + digest.hex();
}

}  // namespace xaas
