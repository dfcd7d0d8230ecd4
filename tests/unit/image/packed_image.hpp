// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/image/delta.hpp"
#include "xaas/image/manifest_blob.hpp"
#include "xaas/image/xaas_image.hpp"
#include "xaas/oci/layer.hpp"
#include "xaas/oci/layout.hpp"
#include "xaas/support/files.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace xaas::testing {

/// An IR image in the making: contents go into layers and are listed in the manifest.
class PackedImage {
 public:
  IrManifest ir{.application = "app",
                .producer = "xaas-build",
                .llvm_version = "22.1.8",
                .architecture = "amd64",
                .triple = "x86_64-unknown-linux-gnu",
                .baseline = "x86-64",
                .install = {.prefix = "/usr/local"},
                .packages = {{.name = "app"}}};
  std::vector<Descriptor> entries;  // of the index, beside the generic image and the IR

  [[nodiscard]] std::filesystem::path path() const { return folder_.path() / "layout"; }
  [[nodiscard]] LayoutReference reference() const { return {.path = path(), .tag = "latest"}; }
  Layout& layout() { return layout_; }

  /// A unit of this content; where it lies is told or not.
  Digest add_unit(const std::string& content, std::size_t layer, bool is_told = true) {
    const Digest digest = digest_of(content);
    put(digest, content, layer);
    ir.blobs[digest] = {.size = content.size()};
    if (is_told) ir.blobs[digest].layer = layer;
    ir.units.push_back({.source = "a.c", .language = "c", .bitcode = digest});
    return digest;
  }

  /// The same, stored as a difference from `base`.
  Digest add_difference(const std::string& base, const std::string& content, std::size_t layer) {
    const std::string delta = make_delta(base, content).value();
    put(digest_of(delta), delta, layer);
    const Digest digest = digest_of(content);
    ir.blobs[digest] = {.size = content.size(),
                        .layer = layer,
                        .base = digest_of(base),
                        .stored = digest_of(delta),
                        .stored_size = delta.size()};
    ir.units.push_back({.source = "b.c", .language = "c", .bitcode = digest});
    return digest;
  }

  /// A file of a layer.
  void put(const Digest& name, const std::string& bytes, std::size_t layer) {
    layers_.resize(std::max(layers_.size(), layer + 1));
    layers_[layer][ir_blob_path(name)] = LayerFile{.content = bytes};
  }

  void annotate(std::size_t layer, std::string_view name) {
    annotations_[layer] = {{std::string(name), "true"}};
  }

  /// A runnable image that prints its name; the descriptor has no platform yet.
  Descriptor add_runnable(const std::string& name) {
    const auto layer =
        write_layer(layout_, {{"name", LayerFile{.content = name}}}, Compression::gzip).value();
    ImageConfig config{.platform = {.architecture = "amd64", .os = "linux"},
                       .entrypoint = {name},
                       .diff_ids = {layer.diff_id}};
    ImageManifest manifest{.layers = {layer.descriptor}};
    manifest.config = layout_.put_blob(print_config(config), k_media_config).value();
    return layout_.put_blob(print_manifest(manifest), k_media_manifest).value();
  }

  /// The digest of the config behind a runnable image.
  [[nodiscard]] Digest config_of(const Descriptor& runnable) const {
    return parse_manifest(layout_.read_blob(runnable).value()).value().config.digest;
  }

  /// Writes all of it, and opens it.
  Result<IrImage> open() {
    Descriptor generic = add_runnable("generic");
    generic.platform = Platform{.architecture = "amd64", .os = "linux"};
    ImageManifest artifact{.artifact_type = std::string(k_ir_artifact_type), .subject = generic};
    for (std::size_t i = 0; i < layers_.size(); ++i) {
      auto layer = write_layer(layout_, layers_[i], Compression::zstd, k_media_ir_layer).value();
      layer.descriptor.annotations = annotations_[i];
      artifact.layers.push_back(layer.descriptor);
    }
    artifact.config = put_ir_manifest(layout_, ir).value();
    auto entry = layout_.put_blob(print_manifest(artifact), k_media_manifest).value();
    entry.platform = Platform{.architecture = "unknown", .os = "unknown"};
    entry.annotations = {{std::string(k_annotation_ir), "1"}};
    ImageIndex index{.manifests = {generic, entry}};
    index.manifests.insert(index.manifests.end(), entries.begin(), entries.end());
    const auto tagged = layout_.put_blob(print_index(index), k_media_index).value();
    if (const auto done = layout_.set_tags({{"latest", tagged}}, Replace::yes); !done)
      return fail(ErrorKind::internal, "{}", done.error().message());
    return open_ir_image(reference());
  }

 private:
  TemporaryFolder folder_ = TemporaryFolder::make().value();
  Layout layout_ = Layout::open_or_create(folder_.path() / "layout").value();
  std::vector<LayerContent> layers_;
  std::map<std::size_t, Annotations> annotations_;
};

}  // namespace xaas::testing
