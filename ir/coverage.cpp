// SPDX-License-Identifier: Apache-2.0
#include "xaas/ir/manifest.hpp"

#include <utility>
#include <variant>

namespace xaas {

Coverage coverage_of(const IrManifest& manifest) {
  Coverage coverage;
  for (const TranslationUnit& unit : manifest.units) {
    coverage.text_bytes += unit.text_bytes;
    if (unit.bitcode.is_empty()) {
      ++coverage.opaque;
    } else if (!is_captured(unit)) {
      ++coverage.kept_as_machine_code;
    } else {
      ++coverage.captured;
      coverage.captured_text_bytes += unit.text_bytes;
    }
  }
  return coverage;
}

std::set<std::size_t> units_of(const Link& link) {
  std::set<std::size_t> units;
  for (const LinkItem& item : link.items) {
    if (const auto* unit = std::get_if<LinkUnit>(&item)) units.insert(unit->unit);
    if (const auto* archive = std::get_if<LinkArchive>(&item))
      units.insert(archive->members.begin(), archive->members.end());
  }
  return units;
}

std::set<std::size_t> units_of(const IrManifest& manifest, std::size_t configuration) {
  std::set<std::size_t> units;
  for (const std::size_t product : manifest.configurations[configuration].products)
    units.merge(units_of(manifest.links[manifest.products[product].link]));
  return units;
}

std::set<Digest> referenced_blobs(const IrManifest& manifest) {
  std::set<Digest> blobs;
  for (const TranslationUnit& unit : manifest.units) {
    blobs.insert(unit.bitcode);
    blobs.insert(unit.machine_code);
    for (const UnitVariant& variant : unit.variants) blobs.insert(variant.bitcode);
  }
  for (const Link& link : manifest.links) {
    for (const LinkItem& item : link.items) {
      if (const auto* file = std::get_if<LinkFile>(&item)) blobs.insert(file->content);
      const auto* library = std::get_if<LinkLibrary>(&item);
      if (library != nullptr && library->path.empty()) blobs.insert(library->content);
    }
  }
  blobs.erase(Digest());
  return blobs;
}

std::set<Digest> debug_blobs(const IrManifest& manifest) {
  std::set<Digest> blobs;
  for (const TranslationUnit& unit : manifest.units) {
    blobs.insert(unit.debug_bitcode);
    blobs.insert(unit.debug_machine_code);
    for (const UnitVariant& variant : unit.variants) blobs.insert(variant.debug_bitcode);
  }
  for (const Digest& other : referenced_blobs(manifest)) blobs.erase(other);
  blobs.erase(Digest());
  return blobs;
}

IrManifest configured(IrManifest manifest, std::size_t index) {
  Configuration configuration = std::move(manifest.configurations[index]);
  if (configuration.install) {
    ConfigurationInstall& own = *configuration.install;
    manifest.install.files = std::move(own.files);
    manifest.install.unreached = std::move(own.unreached);
    manifest.generic_files = std::move(own.generic_files);
    manifest.glibc_floor = std::move(own.glibc_floor);
    manifest.glibc_version = std::move(own.glibc_version);
    configuration.install.reset();
  }
  manifest.configurations.clear();
  manifest.configurations.push_back(std::move(configuration));
  return manifest;
}

}  // namespace xaas
