// SPDX-License-Identifier: Apache-2.0
#include "deployment.hpp"

#include "xaas/oci/layer.hpp"
#include "xaas/support/files.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>

namespace xaas {
namespace {

/// Copies a blob between layouts; put_blob_file takes the digest anew, so damage cannot travel.
Status copy_blob(const Layout& from, Layout& to, const Descriptor& descriptor) {
  if (to.has_blob(descriptor.digest)) return {};
  XAAS_TRY(const auto scratch, TemporaryFolder::make(to.path()));
  const std::filesystem::path copy = scratch.path() / "blob";
  XAAS_CHECK(xaas::copy_file(from.blob_path(descriptor.digest), copy));
  XAAS_TRY(const auto stored, to.put_blob_file(copy, descriptor.media_type));
  if (stored.digest == descriptor.digest) return {};
  return fail(ErrorKind::corrupt, "blob `{}` has the content of `{}`", descriptor.digest.str(),
              stored.digest.str())
      .with_code("image.blob")
      .with_help("copy the image again from where it came");
}

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

}  // namespace

Result<Descriptor> write_deployed_image(const IrImage& image,
                                        const std::vector<VerifiedProduct>& products,
                                        const DeploymentRecord& record,
                                        const LayoutReference& output, Replace replace) {
  XAAS_TRY(auto layout, Layout::open_or_create(output.path));
  remove_stale_temporaries(output.path);
  ImageManifest manifest = image.generic.manifest;
  ImageConfig config = image.generic.config;
  for (const Descriptor& layer : manifest.layers)
    XAAS_CHECK(copy_blob(image.layout, layout, layer));
  XAAS_TRY(const auto layer,
           write_layer(layout, product_layer(image, products, record), Compression::gzip));
  manifest.layers.push_back(layer.descriptor);
  config.diff_ids.push_back(layer.diff_id);
  config.history.push_back(
      fmt::format("{} products for {}", products.size(), record.target.cpu.name));
  manifest.annotations["org.xaas.target.cpu"] = record.target.cpu.name;
  manifest.annotations["org.xaas.ir.image"] = image.index.digest.str();
  XAAS_TRY(manifest.config, layout.put_blob(print_config(config), k_media_config));
  XAAS_TRY(auto descriptor, layout.put_blob(print_manifest(manifest), k_media_manifest));
  descriptor.platform = Platform{.architecture = image.ir.architecture, .os = "linux"};
  XAAS_CHECK(layout.set_tags({{output.tag, descriptor}}, replace));
  return descriptor;
}

}  // namespace xaas
