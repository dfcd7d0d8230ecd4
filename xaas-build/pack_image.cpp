// SPDX-License-Identifier: Apache-2.0
#include "pack_image.hpp"

#include "arrange_blobs.hpp"
#include "layer_difference.hpp"

#include "xaas/image/manifest_blob.hpp"
#include "xaas/oci/layer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <utility>

namespace xaas {
namespace {

/// The only program that a configuration installs; of several, none is more the application than
/// another.
std::vector<std::string> only_program(const IrManifest& manifest,
                                      const Configuration& configuration) {
  std::vector<std::string> programs;
  for (const std::size_t index : configuration.products) {
    const Product& product = manifest.products[index];
    if (manifest.links[product.link].kind == LinkKind::executable) programs.push_back(product.path);
  }
  return programs.size() == 1 ? programs : std::vector<std::string>{};
}

/// A layer, and what its history says.
struct HistoryLayer {
  WrittenLayer layer;
  std::string history;
};

/// Writes the parts of one image into a layout.
class Packer {
 public:
  Packer(Layout& layout, const ImageSettings& settings, PackedImage& packed)
      : layout_(layout), settings_(settings), packed_(packed) {}

  /// The image of the first configuration.
  Result<Descriptor> put_generic(const ImageContent& content) {
    XAAS_TRY(auto base, write_layer(layout_, content.base, Compression::gzip));
    XAAS_TRY(auto application, write_layer(layout_, content.application, Compression::gzip));
    packed_.image_layers = {base.descriptor, application.descriptor};
    layers_ = {{.layer = std::move(base),
                .history = "base files and shared libraries of the build machine"},
               {.layer = std::move(application),
                .history = "install tree of " + packed_.manifest.application}};
    XAAS_TRY(auto descriptor,
             put_image(packed_.manifest.configurations.front(), content, layers_, {}));
    // No variant: the first entry of an architecture must be one that plain clients take.
    descriptor.platform = Platform{.architecture = packed_.manifest.architecture, .os = "linux"};
    return descriptor;
  }

  /// The image of another one, as what it has otherwise than the first; no client takes it unasked.
  Result<Descriptor> put_other(std::size_t index, const ImageContent& first,
                               const ImageContent& other) {
    Configuration& configuration = packed_.manifest.configurations[index];
    XAAS_TRY(const auto difference, difference_of(first, other));
    std::vector<HistoryLayer> layers = layers_;
    for (const auto* content : {&difference.base, &difference.application}) {
      const bool is_application = content == &difference.application;
      if (content->empty() && !is_application) continue;
      XAAS_TRY(auto layer, write_layer(layout_, *content, Compression::gzip));
      packed_.difference_layers.push_back(layer.descriptor);
      layers.push_back({.layer = std::move(layer),
                        .history = fmt::format("what {} {} otherwise", configuration.name,
                                               is_application ? "installs" : "needs")});
    }
    const Annotations annotations{{std::string(k_annotation_configuration), configuration.name}};
    XAAS_TRY(auto descriptor, put_image(configuration, other, layers, annotations));
    descriptor.platform = Platform{.architecture = "unknown", .os = "unknown"};
    descriptor.annotations = annotations;
    return descriptor;
  }

  Result<Descriptor> put_ir(const Descriptor& generic, const BlobFolder& blobs) {
    IrManifest& manifest = packed_.manifest;
    XAAS_TRY(auto layers, arrange_blobs(manifest, blobs));
    for (const LayerContent& content : layers) {
      XAAS_TRY(auto layer, put_ir_layer(content));
      packed_.ir_layers.push_back(std::move(layer));
    }
    if (const auto companions = debug_blobs(manifest); !companions.empty()) {
      LayerContent content;
      for (const Digest& digest : companions) {
        content[ir_blob_path(digest)] = LayerFile{.content = blobs.path_of(digest)};
        manifest.blobs[digest].layer = layers.size();
      }
      XAAS_TRY(auto layer, put_ir_layer(content));
      layer.annotations = {{std::string(k_annotation_debug), "true"}};
      packed_.debug_layers.push_back(std::move(layer));
    }
    ImageManifest artifact{
        .artifact_type = std::string(k_ir_artifact_type),
        .layers = packed_.ir_layers,
        .subject = Descriptor{
            .media_type = generic.media_type, .digest = generic.digest, .size = generic.size}};
    artifact.layers.insert(artifact.layers.end(), packed_.debug_layers.begin(),
                           packed_.debug_layers.end());
    XAAS_TRY(artifact.config, put_ir_manifest(layout_, manifest));
    XAAS_TRY(auto descriptor, layout_.put_blob(print_manifest(artifact), k_media_manifest));
    descriptor.platform = Platform{.architecture = "unknown", .os = "unknown"};
    descriptor.annotations = {{std::string(k_annotation_ir), "1"}};
    return descriptor;
  }

 private:
  [[nodiscard]] ImageConfig config_of(const Configuration& configuration,
                                      const ImageContent& content,
                                      const std::vector<HistoryLayer>& layers) const {
    const IrManifest& manifest = packed_.manifest;
    const std::string own = manifest.install.prefix + "/bin:";
    const std::string standard = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";
    const std::string path = "PATH=" + (standard.contains(own) ? standard : own + standard);
    ImageConfig config{.platform = {.architecture = manifest.architecture, .os = "linux"},
                       .environment = {path},
                       .entrypoint = settings_.entrypoint,
                       .working_folder = "/"};
    for (const HistoryLayer& layer : layers) {
      config.diff_ids.push_back(layer.layer.diff_id);
      config.history.push_back(layer.history);
    }
    if (config.entrypoint.empty()) config.entrypoint = only_program(manifest, configuration);
    if (config.entrypoint.empty()) config.command = {"/bin/sh"};
    for (const auto& [name, value] : content.libraries.environment) {
      const auto is_set = [&](const std::string& own) { return own.starts_with(name + "="); };
      if (std::ranges::none_of(settings_.environment, is_set))
        config.environment.push_back(fmt::format("{}={}", name, value));
    }
    config.environment.insert(config.environment.end(), settings_.environment.begin(),
                              settings_.environment.end());
    return config;
  }

  Result<Descriptor> put_image(Configuration& configuration, const ImageContent& content,
                               const std::vector<HistoryLayer>& layers, Annotations annotations) {
    annotations["org.opencontainers.image.title"] = packed_.manifest.application;
    ImageManifest image{.annotations = std::move(annotations)};
    for (const HistoryLayer& layer : layers) image.layers.push_back(layer.layer.descriptor);
    XAAS_TRY(image.config, layout_.put_blob(print_config(config_of(configuration, content, layers)),
                                            k_media_config));
    if (configuration.install) configuration.install->image = image.config.digest;
    return layout_.put_blob(print_manifest(image), k_media_manifest);
  }

  Result<Descriptor> put_ir_layer(const LayerContent& content) {
    XAAS_TRY(auto layer, write_layer(layout_, content, Compression::zstd, k_media_ir_layer));
    return std::move(layer.descriptor);
  }

  Layout& layout_;
  const ImageSettings& settings_;
  PackedImage& packed_;
  std::vector<HistoryLayer> layers_;  // of the generic image
};

}  // namespace

std::vector<LayoutReference> tags_of(const LayoutReference& output) {
  // `podman load` and others take an archive's only image without being told which.
  if (output.form == LayoutReference::Form::archive) return {output};
  return {output, {.path = output.path, .tag = output.tag + "-generic"}};
}

Result<PackedImage> pack_image(IrManifest manifest,
                               const std::vector<const ImageContent*>& contents,
                               const BlobFolder& blobs, const ImageSettings& settings,
                               const LayoutReference& output) {
  XAAS_TRY(auto writer, LayoutWriter::open(output));
  PackedImage packed{.manifest = std::move(manifest)};
  Packer packer(writer.layout(), settings, packed);
  XAAS_TRY(auto generic, packer.put_generic(*contents.front()));
  std::vector<Descriptor> others;
  for (std::size_t i = 1; i < contents.size(); ++i) {
    XAAS_TRY(auto other, packer.put_other(i, *contents.front(), *contents[i]));
    others.push_back(std::move(other));
  }
  XAAS_TRY(auto ir, packer.put_ir(generic, blobs));
  ImageIndex index{
      .manifests = {std::move(generic), std::move(ir)},
      .annotations = {{"org.opencontainers.image.title", packed.manifest.application}}};
  std::ranges::move(others, std::back_inserter(index.manifests));
  XAAS_TRY(packed.index, writer.layout().put_blob(print_index(index), k_media_index));
  std::map<std::string, Descriptor> tags;
  for (const LayoutReference& tag : tags_of(output)) tags[tag.tag] = index.manifests.front();
  tags[output.tag] = packed.index;
  XAAS_CHECK(writer.finish(tags, settings.replace));
  return packed;
}

}  // namespace xaas
