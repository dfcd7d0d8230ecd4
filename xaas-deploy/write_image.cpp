// SPDX-License-Identifier: Apache-2.0
#include "deployment.hpp"

#include "xaas/oci/layer.hpp"
#include "xaas/support/files.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>

namespace xaas {
LayerContent product_layer(const IrImage& image, const std::vector<VerifiedProduct>& products,
                           const DeploymentRecord& record) {
  LayerContent content;
  for (const VerifiedProduct& verified : products) {
    const Product& product = image.ir.products[verified.product];
    content[product.path.substr(1)] = LayerFile{.content = verified.file, .mode = product.mode};
  }
  content[std::string(k_record_path)] = LayerFile{.content = print_record(record)};
  return content;
}

Annotations deployment_annotations(const IrImage& image, const DeploymentRecord& record) {
  return {{"org.xaas.target.cpu", record.target.cpu.name},
          {"org.xaas.ir.image", image.index.digest.str()}};
}

Result<Descriptor> write_deployed_image(const IrImage& image,
                                        const std::vector<VerifiedProduct>& products,
                                        const DeploymentRecord& record,
                                        const LayoutReference& output, Replace replace) {
  XAAS_TRY(auto writer, LayoutWriter::open(output));
  Layout& layout = writer.layout();
  ImageManifest manifest = image.generic.manifest;
  ImageConfig config = image.generic.config;
  for (const Descriptor& layer : manifest.layers) XAAS_CHECK(layout.copy_blob(image.layout, layer));
  XAAS_TRY(const auto layer,
           write_layer(layout, product_layer(image, products, record), Compression::gzip));
  manifest.layers.push_back(layer.descriptor);
  config.diff_ids.push_back(layer.diff_id);
  config.history.push_back(
      fmt::format("{} products for {}", products.size(), record.target.cpu.name));
  for (const auto& [name, value] : deployment_annotations(image, record))
    manifest.annotations[name] = value;
  XAAS_TRY(manifest.config, layout.put_blob(print_config(config), k_media_config));
  XAAS_TRY(auto descriptor, layout.put_blob(print_manifest(manifest), k_media_manifest));
  descriptor.platform = Platform{.architecture = image.ir.architecture, .os = "linux"};
  XAAS_CHECK(writer.finish({{output.tag, descriptor}}, replace));
  return descriptor;
}

}  // namespace xaas
