// SPDX-License-Identifier: Apache-2.0
#include "entries.hpp"

#include "xaas/image/xaas_image.hpp"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace xaas {
namespace {

/// By its config, which clients that compress layers anew or drop annotations leave alone; and
/// where one has written the config anew, by its annotation.
Result<std::optional<Descriptor>> find_entry(const Layout& layout,
                                             const std::vector<Descriptor>& manifests,
                                             const Configuration& configuration) {
  std::optional<Descriptor> named;
  for (const Descriptor& entry : manifests) {
    if (!layout.has_blob(entry.digest)) continue;
    const auto name = entry.annotations.find(std::string(k_annotation_configuration));
    const bool is_named = name != entry.annotations.end() && name->second == configuration.name;
    if (is_named && !named) named = entry;
    XAAS_TRY(const auto text, layout.read_blob(entry));
    const auto manifest = parse_manifest(text);
    // What others attach to images need not be one.
    if (manifest && manifest->config.digest == configuration.install->image) return entry;
  }
  return named;
}

}  // namespace

Result<IrImage> take_configuration(IrImage image, std::size_t index) {
  const Configuration& configuration = image.ir.configurations[index];
  if (configuration.install) {
    XAAS_TRY(const auto manifests, collect_manifests(image.layout, image.index));
    XAAS_TRY(const auto entry, find_entry(image.layout, manifests, configuration));
    if (!entry) {
      return fail(ErrorKind::not_found, "`{}` holds no image of its configuration `{}`",
                  image.reference.str(), configuration.name)
          .with_code("image.no-configuration")
          .with_help(std::string(k_keep_ir_help));
    }
    const std::size_t shared = image.generic.manifest.layers.size();
    XAAS_TRY(image.generic, read_runnable(image.layout, *entry));
    // Differences lie over the first configuration's layers; the application's own is the last.
    const auto& layers = image.generic.manifest.layers;
    if (layers.size() <= shared) image.application_layers.clear();
    if (!layers.empty()) image.application_layers.push_back(layers.back());
  }
  image.ir = configured(std::move(image.ir), index);
  return image;
}

}  // namespace xaas
