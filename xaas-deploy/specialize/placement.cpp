// SPDX-License-Identifier: Apache-2.0
#include "specialize/placement.hpp"

#include "xaas/ir/prefix.hpp"
#include "xaas/support/files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace xaas {
namespace {

/// Something that cannot be longer than it is; texts can.
bool is_compiled_in(const IrManifest& manifest, std::span<const DeploymentPlan> plans) {
  const auto names_prefix = [&](const UnitPlan& unit) {
    return form_of(manifest.units[unit.unit], unit).names_prefix;
  };
  for (const DeploymentPlan& plan : plans) {
    for (const LinkPlan& link : plan.links)
      if (std::ranges::any_of(link.units, names_prefix)) return true;
  }
  return std::ranges::any_of(manifest.install.files,
                             [](const PrefixedFile& file) { return !file.is_text; });
}

}  // namespace

Result<Placement> place_at(const IrManifest& manifest, std::span<const DeploymentPlan> plans,
                           const std::string& prefix, bool brings_loader) {
  Placement placement{.prefix = prefix, .placeholder = manifest.install.placeholder};
  if (placement.placeholder.empty() && !brings_loader) return placement;
  const std::size_t room =
      (placement.placeholder.empty() ? placeholder_prefix() : placement.placeholder).size();
  placement.padded = padded_prefix(prefix, room);
  if (!placement.padded.empty() || !(brings_loader || is_compiled_in(manifest, plans)))
    return placement;
  return fail(ErrorKind::incompatible,
              "`{}` has {} characters, and what is compiled into `{}` has room for {}", prefix,
              prefix.size(), manifest.application, room)
      .with_code("deploy.prefix-length")
      .with_help(
          "choose a shorter folder, or name a shorter way to it with --prefix, such as a link");
}

std::filesystem::path placed_object(const LoweringPlaces& places, const Digest& object) {
  return places.work / "placed" / object.hex();
}

Status write_placed_objects(const IrManifest& manifest, const DeploymentPlan& plan,
                            const LoweringPlaces& places, DebugInfo debug_info) {
  std::set<Digest> objects;
  for (const LinkPlan& link : plan.links) {
    if (!lowers_something(link)) continue;
    for (const UnitPlan& unit : link.units) {
      const TranslationUnit& source = manifest.units[unit.unit];
      if (unit.treatment != Treatment::machine_code || !source.names_prefix) continue;
      objects.insert(source.machine_code);
      if (debug_info == DebugInfo::with) objects.insert(source.debug_machine_code);
    }
  }
  objects.erase(Digest());
  for (const Digest& object : objects) {
    XAAS_TRY(const auto bytes, read_file(places.blobs / object.hex()));
    XAAS_CHECK(write_file(placed_object(places, object),
                          replaced(bytes, places.placement.placeholder, places.placement.padded)));
  }
  return {};
}

Result<std::string> with_prefix(std::string_view bytes, PrefixedFile& file, const Install& install,
                                const Placement& placement) {
  const std::string there = prefix_in(file, install.prefix, install.placeholder.size());
  const std::string& here = file.is_text ? placement.prefix : placement.padded;
  if (!stands_at(there, file.places, bytes)) {
    return fail(ErrorKind::corrupt, "`{}` does not hold its prefix where the manifest says",
                file.path)
        .with_code("ir.reference");
  }
  std::string placed = replaced_at(bytes, file.places, there.size(), here);
  file.places = moved_places(file.places, there.size(), here.size());
  return placed;
}

}  // namespace xaas
