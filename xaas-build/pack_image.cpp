// SPDX-License-Identifier: Apache-2.0
#include "pack_image.hpp"

#include "xaas/oci/layer.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

namespace xaas {
namespace {

/// The only program that the application installs; of several, none is more the application than
/// another.
std::vector<std::string> only_program(const IrManifest& manifest) {
  std::vector<std::string> programs;
  for (const Product& product : manifest.products) {
    if (manifest.links[product.link].kind == LinkKind::executable) programs.push_back(product.path);
  }
  return programs.size() == 1 ? programs : std::vector<std::string>{};
}

ImageConfig make_config(const IrManifest& manifest, const ImageSettings& settings,
                        const WrittenLayer& base, const WrittenLayer& application) {
  const std::string own = manifest.install.prefix + "/bin:";
  const std::string standard = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";
  const std::string path = "PATH=" + (standard.contains(own) ? standard : own + standard);
  ImageConfig config{.platform = {.architecture = manifest.architecture, .os = "linux"},
                     .environment = {path},
                     .entrypoint = settings.entrypoint,
                     .working_folder = "/",
                     .diff_ids = {base.diff_id, application.diff_id},
                     .history = {"base files and shared libraries of the build machine",
                                 "install tree of " + manifest.application}};
  if (config.entrypoint.empty()) config.entrypoint = only_program(manifest);
  if (config.entrypoint.empty()) config.command = {"/bin/sh"};
  config.environment.insert(config.environment.end(), settings.environment.begin(),
                            settings.environment.end());
  return config;
}

Result<Descriptor> put_generic(Layout& layout, const IrManifest& manifest,
                               const ImageContent& content, const ImageSettings& settings,
                               PackedImage& packed) {
  XAAS_TRY(const auto base, write_layer(layout, content.base, Compression::gzip));
  XAAS_TRY(const auto application, write_layer(layout, content.application, Compression::gzip));
  packed.image_layers = {base.descriptor, application.descriptor};
  ImageManifest image{.layers = packed.image_layers,
                      .annotations = {{"org.opencontainers.image.title", manifest.application}}};
  XAAS_TRY(image.config,
           layout.put_blob(print_config(make_config(manifest, settings, base, application)),
                           k_media_config));
  XAAS_TRY(auto descriptor, layout.put_blob(print_manifest(image), k_media_manifest));
  // No variant: the first entry of an architecture must be one that plain clients take.
  descriptor.platform = Platform{.architecture = manifest.architecture, .os = "linux"};
  return descriptor;
}

Result<Descriptor> put_blobs(Layout& layout, const std::set<Digest>& contents,
                             const BlobFolder& blobs) {
  LayerContent content;
  for (const Digest& digest : contents)
    content[ir_blob_path(digest)] = LayerFile{.content = blobs.path_of(digest)};
  XAAS_TRY(auto layer, write_layer(layout, content, Compression::zstd, k_media_ir_layer));
  return std::move(layer.descriptor);
}

Result<Descriptor> put_ir(Layout& layout, const IrManifest& manifest, const BlobFolder& blobs,
                          const Descriptor& generic, PackedImage& packed) {
  XAAS_TRY(const auto units, put_blobs(layout, referenced_blobs(manifest), blobs));
  packed.ir_layers = {units};
  if (const auto companions = debug_blobs(manifest); !companions.empty()) {
    XAAS_TRY(auto layer, put_blobs(layout, companions, blobs));
    layer.annotations = {{std::string(k_annotation_debug), "true"}};
    packed.debug_layers.push_back(std::move(layer));
  }
  std::vector<Descriptor> layers = packed.ir_layers;
  layers.insert(layers.end(), packed.debug_layers.begin(), packed.debug_layers.end());
  ImageManifest artifact{
      .artifact_type = std::string(k_ir_artifact_type),
      .layers = std::move(layers),
      .subject = Descriptor{
          .media_type = generic.media_type, .digest = generic.digest, .size = generic.size}};
  XAAS_TRY(artifact.config, layout.put_blob(print_ir_manifest(manifest), k_media_ir_manifest));
  XAAS_TRY(auto descriptor, layout.put_blob(print_manifest(artifact), k_media_manifest));
  descriptor.platform = Platform{.architecture = "unknown", .os = "unknown"};
  descriptor.annotations = {{std::string(k_annotation_ir), "1"}};
  return descriptor;
}

}  // namespace

std::vector<LayoutReference> tags_of(const LayoutReference& output) {
  // `podman load` and others take an archive's only image without being told which.
  if (output.form == LayoutReference::Form::archive) return {output};
  return {output, {.path = output.path, .tag = output.tag + "-generic"}};
}

Result<PackedImage> pack_image(const IrManifest& manifest, const ImageContent& content,
                               const BlobFolder& blobs, const ImageSettings& settings,
                               const LayoutReference& output) {
  XAAS_TRY(auto writer, LayoutWriter::open(output));
  Layout& layout = writer.layout();
  PackedImage packed;
  XAAS_TRY(auto generic, put_generic(layout, manifest, content, settings, packed));
  XAAS_TRY(auto ir, put_ir(layout, manifest, blobs, generic, packed));
  const ImageIndex index{.manifests = {std::move(generic), std::move(ir)},
                         .annotations = {{"org.opencontainers.image.title", manifest.application}}};
  XAAS_TRY(packed.index, layout.put_blob(print_index(index), k_media_index));
  std::map<std::string, Descriptor> tags;
  for (const LayoutReference& tag : tags_of(output)) tags[tag.tag] = index.manifests.front();
  tags[output.tag] = packed.index;
  XAAS_CHECK(writer.finish(tags, settings.replace));
  return packed;
}

}  // namespace xaas
