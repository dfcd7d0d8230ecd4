// SPDX-License-Identifier: Apache-2.0
#include "manifest_check.hpp"

#include "xaas/ir/link_rules.hpp"
#include "xaas/ir/prefix.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <variant>

namespace xaas {
namespace {

Status check_blob(const IrManifest& manifest, const Digest& digest, const std::string& field) {
  if (manifest.blobs.contains(digest)) return {};
  return fail(ErrorKind::corrupt, "`{}` refers to `{}`, which `blobs` does not list", field,
              digest.str())
      .with_code("ir.reference");
}

/// One form of a unit, and its debug companion.
Status check_form(const IrManifest& manifest, const Digest& form, const Digest& companion,
                  const std::string& field) {
  if (!form.is_empty()) XAAS_CHECK(check_blob(manifest, form, field));
  if (companion.is_empty()) return {};
  if (form.is_empty()) {
    return fail(ErrorKind::corrupt, "`{}` is empty, but has a debug companion", field)
        .with_code("ir.reference");
  }
  return check_blob(manifest, companion, field + " with debug information");
}

Status check_index(std::size_t index, std::size_t size, const std::string& field) {
  if (index < size) return {};
  return fail(ErrorKind::corrupt, "`{}` is {}, but there are only {}", field, index, size)
      .with_code("ir.reference");
}

Status check_unit(const IrManifest& manifest, std::size_t i) {
  const TranslationUnit& unit = manifest.units[i];
  const std::string field = fmt::format("units[{}]", i);
  XAAS_CHECK(check_index(unit.package, manifest.packages.size(), field + ".package"));
  if (unit.bitcode.is_empty() && unit.machine_code.is_empty()) {
    return fail(ErrorKind::corrupt, "`{}` has neither bitcode nor machine code", field)
        .with_code("ir.reference");
  }
  if (unit.bitcode.is_empty() && unit.reason.empty()) {
    return fail(ErrorKind::corrupt, "`{}` has no bitcode, and no reason why", field)
        .with_code("ir.reference");
  }
  if (!unit.reason.empty() && unit.machine_code.is_empty()) {
    return fail(ErrorKind::corrupt, "`{}` has a reason to keep machine code, and none", field)
        .with_code("ir.reference");
  }
  if (is_captured(unit) && unit.machine_code.is_empty() && !can_keep_bits(unit)) {
    return fail(ErrorKind::corrupt,
                "`{}` has no machine code, but what it computes depends on how it is compiled",
                field)
        .with_code("ir.reference");
  }
  if (unit.is_abi_bound && unit.machine_code.is_empty()) {
    return fail(ErrorKind::corrupt,
                "`{}` has no machine code, but how it passes vectors depends on the processor",
                field)
        .with_code("ir.reference");
  }
  for (const UnitVariant& variant : unit.variants) {
    XAAS_CHECK(
        check_form(manifest, variant.bitcode, variant.debug_bitcode, field + ".variants.bitcode"));
  }
  if (unit.differs_from)
    XAAS_CHECK(check_index(*unit.differs_from, manifest.units.size(), field + ".differs_from"));
  XAAS_CHECK(check_form(manifest, unit.bitcode, unit.debug_bitcode, field + ".bitcode"));
  return check_form(manifest, unit.machine_code, unit.debug_machine_code, field + ".machine_code");
}

/// Files of these names are made where links are lowered, and nowhere else.
Status check_file_name(const std::string& name, const std::string& field) {
  if (!name.empty() && !name.contains('/') && name != "." && name != "..") return {};
  return fail(ErrorKind::corrupt, "`{}` is `{}`, which is not a file name", field, name)
      .with_code("ir.reference");
}

/// Linker options can write any file and run any program.
Error not_allowed(const std::string& field, const std::string& link, std::string_view word,
                  std::string_view rule) {
  return fail(ErrorKind::corrupt, "`{}` of `{}` is `{}`, which is {}", field, link, word, rule)
      .with_code("ir.link-option")
      .with_help("package again with a newer xaas-build");
}

/// Joined to a folder, such a path stays in it also when what begins it is taken away: `/usr//etc`
/// below `/usr` would be `/etc`.
bool is_inside(const std::string& path) {
  const std::filesystem::path plain(path);
  return path.starts_with('/') && plain.has_filename() && !path.contains('\0') &&
         path == plain.lexically_normal().native();
}

struct ItemCheck {
  const IrManifest& manifest;
  const std::string& link;
  std::string field;

  Status operator()(const LinkOption& item) const {
    if (is_link_option(item.text)) return {};
    return not_allowed(field + ".option", link, item.text,
                       "not an option that describes what is linked");
  }
  Status operator()(const LinkUnit& item) const {
    return check_index(item.unit, manifest.units.size(), field + ".unit");
  }
  Status operator()(const LinkArchive& item) const {
    XAAS_CHECK(check_file_name(item.name, field + ".archive"));
    for (const std::size_t member : item.members) {
      XAAS_CHECK(check_index(member, manifest.units.size(), field + ".members"));
    }
    return {};
  }
  Status operator()(const LinkFile& item) const {
    if (!is_link_file_prefix(item.prefix)) {
      return not_allowed(field + ".prefix", link, item.prefix, "not an option that reads a file");
    }
    return check_blob(manifest, item.content, field + ".content");
  }
  Status operator()(const LinkLibrary& item) const {
    XAAS_CHECK(check_file_name(item.soname, field + ".library"));
    if (!item.path.empty()) {
      if (is_inside(item.path)) return {};
      return fail(ErrorKind::corrupt,
                  "`{}.path` is `{}`, which is not an absolute path without `.` and `..`", field,
                  item.path)
          .with_code("ir.reference");
    }
    return check_blob(manifest, item.content, field + ".content");
  }
};

Status check_link(const IrManifest& manifest, std::size_t i) {
  const Link& link = manifest.links[i];
  for (std::size_t n = 0; n < link.items.size(); ++n) {
    const std::string field = fmt::format("links[{}].items[{}]", i, n);
    XAAS_CHECK(std::visit(ItemCheck{manifest, link.name, field}, link.items[n]));
    if (link.kind == LinkKind::archive && !std::holds_alternative<LinkUnit>(link.items[n])) {
      return fail(ErrorKind::corrupt, "`{}` is no `unit`, but an archive has nothing else", field)
          .with_code("ir.reference");
    }
  }
  return {};
}

Status check_product(const IrManifest& manifest, std::size_t i) {
  const Product& product = manifest.products[i];
  const std::string field = fmt::format("products[{}]", i);
  XAAS_CHECK(check_index(product.link, manifest.links.size(), field + ".link"));
  if (is_inside(product.path)) return {};
  return fail(ErrorKind::corrupt,
              "`{}.path` is `{}`, which is not an absolute path without `.` and `..`", field,
              product.path)
      .with_code("ir.reference");
}

/// What one configuration installs, besides its products.
struct InstalledFiles {
  const std::vector<PrefixedFile>& prefixed;
  const std::vector<std::string>& unreached;
  std::string field;  // "install", "configurations[1].install"
};

Status check_installed_files(const Install& install, const InstalledFiles& files) {
  const std::string& placeholder = install.placeholder;
  for (std::size_t i = 0; i < files.prefixed.size(); ++i) {
    const PrefixedFile& file = files.prefixed[i];
    const std::size_t length = file.is_text ? install.prefix.size() : placeholder.size();
    if (placeholder.empty() || !is_inside(file.path) || !lie_apart(file.places, length)) {
      return fail(ErrorKind::corrupt, "`{}.files[{}]` names no places of the prefix in a file",
                  files.field, i)
          .with_code("ir.reference");
    }
  }
  for (const std::string& path : files.unreached) {
    if (is_inside(path)) continue;
    return fail(ErrorKind::corrupt,
                "`{}.unreached` has `{}`, which is not an absolute path without `.` and `..`",
                files.field, path)
        .with_code("ir.reference");
  }
  return {};
}

Status check_install(const Install& install) {
  if (!is_inside(install.prefix)) {
    return fail(ErrorKind::corrupt,
                "`install.prefix` is `{}`, which is not an absolute path without `.` and `..`",
                install.prefix)
        .with_code("ir.reference");
  }
  const std::string& placeholder = install.placeholder;
  if (!placeholder.empty() &&
      (!is_inside(placeholder) || placeholder.size() < install.prefix.size())) {
    return fail(ErrorKind::corrupt, "`install.placeholder` is `{}`, which cannot stand for `{}`",
                placeholder, install.prefix)
        .with_code("ir.reference");
  }
  return check_installed_files(
      install, {.prefixed = install.files, .unreached = install.unreached, .field = "install"});
}

/// Whoever cannot choose takes the first, which the manifest itself describes.
Status check_configuration(const IrManifest& manifest, std::size_t i) {
  const Configuration& configuration = manifest.configurations[i];
  const std::string field = fmt::format("configurations[{}]", i);
  for (const std::size_t product : configuration.products)
    XAAS_CHECK(check_index(product, manifest.products.size(), field + ".products"));
  if (configuration.install.has_value() != (i > 0)) {
    return fail(ErrorKind::corrupt, "`{}` has {}`install`", field, i > 0 ? "no " : "an ")
        .with_code("ir.reference");
  }
  for (const SpecializationPoint& point : manifest.points) {
    const auto chosen = configuration.values.find(point.name);
    if (chosen != configuration.values.end() &&
        std::ranges::find(point.values, chosen->second, &PointValue::name) != point.values.end())
      continue;
    return fail(ErrorKind::corrupt, "`{}.values` names no value of the point `{}`", field,
                point.name)
        .with_code("ir.reference");
  }
  if (!configuration.install) return {};
  return check_installed_files(manifest.install, {.prefixed = configuration.install->files,
                                                  .unreached = configuration.install->unreached,
                                                  .field = field + ".install"});
}

/// What is stored as a difference is made from what is stored as it is.
Status check_delta(const IrManifest& manifest, const Digest& content, const Blob& blob) {
  if (blob.base.is_empty()) return {};
  const auto base = manifest.blobs.find(blob.base);
  if (base != manifest.blobs.end() && base->second.base.is_empty() && !blob.stored.is_empty())
    return {};
  return fail(ErrorKind::corrupt, "the blob `{}` is a difference from `{}`, which is not stored",
              content.str(), blob.base.str())
      .with_code("ir.reference");
}

}  // namespace

Status check_references(const IrManifest& manifest) {
  XAAS_CHECK(check_install(manifest.install));
  if (manifest.packages.empty()) {
    return fail(ErrorKind::corrupt, "`packages` is empty; the first one is the application")
        .with_code("ir.reference");
  }
  for (std::size_t i = 0; i < manifest.units.size(); ++i) XAAS_CHECK(check_unit(manifest, i));
  for (std::size_t i = 0; i < manifest.links.size(); ++i) XAAS_CHECK(check_link(manifest, i));
  for (std::size_t i = 0; i < manifest.products.size(); ++i) XAAS_CHECK(check_product(manifest, i));
  for (std::size_t i = 0; i < manifest.configurations.size(); ++i)
    XAAS_CHECK(check_configuration(manifest, i));
  for (const auto& [content, blob] : manifest.blobs)
    XAAS_CHECK(check_delta(manifest, content, blob));
  return {};
}

}  // namespace xaas
