// SPDX-License-Identifier: Apache-2.0
#include "specialize/compatibility.hpp"
#include "specialize/deployment.hpp"

#include "xaas/oci/layer.hpp"
#include "xaas/support/files.hpp"
#include "xaas/targets/choose_target.hpp"
#include "xaas/targets/run_time_checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <ranges>
#include <string>
#include <utility>

namespace xaas {
namespace {

constexpr const char* k_image = "org.xaas.ir.image";
constexpr const char* k_cpu = "org.xaas.target.cpu";
constexpr const char* k_level = "org.xaas.target.level";
constexpr const char* k_vendor = "org.xaas.target.vendor";
constexpr const char* k_features = "org.xaas.target.features";

std::string value_of(const Annotations& annotations, const char* name) {
  const auto found = annotations.find(name);
  return found == annotations.end() ? "" : found->second;
}

/// The variant that clients know the level by (x86-64 psABI; Go's GOAMD64), where no more than the
/// level is needed; else the processor's name, which none of them takes for its own machine's.
std::string variant_of(const Target& target) {
  const Cpu& cpu = target.cpu;
  const auto level = target_of_cpu(cpu.level, target.architecture);
  const bool is_level = level_number(target) > 1 && level && runs_on(target, *level);
  return is_level ? fmt::format("v{}", level_number(target)) : cpu.name;
}

struct DeployedImage {
  Target target;
  std::string compatibility;  // see print_compatibility()
  Descriptor descriptor;
};

/// The generic image with the products of one target above. `variant` is empty for one that plain
/// clients are to take.
Result<Descriptor> put_deployed(Layout& layout, const IrImage& image,
                                const std::vector<VerifiedProduct>& products,
                                const DeploymentRecord& record, const std::string& variant) {
  ImageManifest manifest = image.generic.manifest;
  ImageConfig config = image.generic.config;
  config.platform.variant = variant;
  XAAS_TRY(const auto layer,
           write_layer(layout, product_layer(image, products, record), Compression::gzip));
  manifest.layers.push_back(layer.descriptor);
  config.diff_ids.push_back(layer.diff_id);
  config.history.push_back(
      fmt::format("{} products for {}", products.size(), record.targets.front().target.cpu.name));
  for (const auto& [name, value] : deployment_annotations(record))
    manifest.annotations[name] = value;
  XAAS_TRY(manifest.config, layout.put_blob(print_config(config), k_media_config));
  XAAS_TRY(auto descriptor, layout.put_blob(print_manifest(manifest), k_media_manifest));
  descriptor.platform = config.platform;
  descriptor.annotations = deployment_annotations(record);
  return descriptor;
}

/// As it is in the IR image.
Result<Descriptor> copy_generic(Layout& layout, const IrImage& image) {
  XAAS_CHECK(layout.copy_blob(image.layout, image.generic.manifest.config));
  XAAS_CHECK(layout.copy_blob(image.layout, image.generic.descriptor));
  Descriptor descriptor = image.generic.descriptor;
  descriptor.platform = Platform{.architecture = image.ir.architecture, .os = "linux"};
  // It is one of several there, and the only one here.
  descriptor.annotations.erase(std::string(k_annotation_configuration));
  return descriptor;
}

/// An entry per image, the best first behind the generic one: clients that compare nothing but the
/// architecture take the first. What others' tools choose by comes last.
Result<std::map<std::string, Descriptor>> put_index(Layout& layout, const IrImage& image,
                                                    const Descriptor& generic,
                                                    const std::vector<DeployedImage>& deployed,
                                                    const std::string& tag) {
  std::map<std::string, Descriptor> tags;
  ImageIndex index{.manifests = {generic}, .annotations = {{k_image, image.index.digest.str()}}};
  tags[tag + "-generic"] = generic;
  std::vector<Target> targets;
  targets.reserve(deployed.size());
  for (const DeployedImage& one : deployed) targets.push_back(one.target);
  const auto order = best_first(targets);
  for (const std::size_t best : order) {
    index.manifests.push_back(deployed[best].descriptor);
    tags[tag + "-" + deployed[best].target.name] = deployed[best].descriptor;
  }
  for (const std::size_t best : order) {
    XAAS_TRY(auto artifact,
             put_compatibility(layout, deployed[best].descriptor, deployed[best].compatibility));
    index.manifests.push_back(std::move(artifact));
  }
  XAAS_TRY(tags[tag], layout.put_blob(print_index(index), k_media_index));
  return tags;
}

}  // namespace

DeploymentRecord record_of_part(const DeploymentRecord& record, std::size_t part) {
  DeploymentRecord alone = record;
  alone.targets = {record.targets[part]};
  alone.targets.front().view.clear();
  return alone;
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

Annotations deployment_annotations(const DeploymentRecord& record) {
  const Target& target = record.targets.front().target;
  std::vector<std::string> features;
  for (const RunTimeCheck& check : run_time_checks(target).checks)
    features.push_back(check.feature);
  std::ranges::sort(features);
  return {{k_image, record.image.str()},
          {k_cpu, target.cpu.name},
          {k_level, target.cpu.level},
          {k_vendor, target.cpu.vendor},
          {k_features, fmt::format("{}", fmt::join(features, ","))}};
}

std::optional<Target> stated_target(const Annotations& annotations,
                                    const std::string& architecture) {
  if (!annotations.contains(k_features)) return std::nullopt;
  Target target{.name = value_of(annotations, k_cpu), .architecture = architecture};
  target.cpu.name = target.name;
  target.cpu.level = value_of(annotations, k_level);
  target.cpu.vendor = value_of(annotations, k_vendor);
  for (const auto part : std::views::split(annotations.at(k_features), ','))
    target.cpu.features.emplace(std::string_view(part));
  target.cpu.features.erase("");
  return target;
}

Result<Descriptor> write_deployed_image(const IrImage& image, const std::vector<ProductSet>& parts,
                                        const DeploymentRecord& record,
                                        const LayoutReference& output, Replace replace) {
  XAAS_TRY(auto writer, LayoutWriter::open(output));
  Layout& layout = writer.layout();
  for (const Descriptor& layer : image.generic.manifest.layers)
    XAAS_CHECK(layout.copy_blob(image.layout, layer));
  const auto backends = gpu_backends_of(image.ir, record.values);
  std::vector<DeployedImage> deployed;
  for (std::size_t part = 0; part < parts.size(); ++part) {
    const Target& target = record.targets[part].target;
    XAAS_TRY(auto descriptor,
             put_deployed(layout, image, parts[part].products, record_of_part(record, part),
                          parts.size() > 1 ? variant_of(target) : std::string()));
    deployed.push_back({.target = target,
                        .compatibility = print_compatibility(target, backends),
                        .descriptor = std::move(descriptor)});
  }
  std::map<std::string, Descriptor> tags{{output.tag, deployed.front().descriptor}};
  if (deployed.size() > 1) {
    XAAS_TRY(const auto generic, copy_generic(layout, image));
    XAAS_TRY(tags, put_index(layout, image, generic, deployed, output.tag));
  }
  XAAS_CHECK(writer.finish(tags, replace));
  return tags[output.tag];
}

}  // namespace xaas
