// SPDX-License-Identifier: Apache-2.0
//
// Written from the tables of image-spec 1.1: image-index.md, manifest.md, config.md, layer.md and
// descriptor.md. An artifact (a manifest whose config is not an image config) is checked as a
// manifest with blobs, not as something that can run.
#include "document.hpp"
#include "layout_files.hpp"
#include "spec_checks.hpp"

#include "xaas/oci/layout.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <utility>

namespace xaas {
namespace {

constexpr std::string_view k_media_empty = "application/vnd.oci.empty.v1+json";
constexpr int k_deepest_index = 16;

bool is_image_layer(std::string_view media_type) {
  constexpr std::array<std::string_view, 6> k_types = {
      "application/vnd.oci.image.layer.v1.tar",
      "application/vnd.oci.image.layer.v1.tar+gzip",
      "application/vnd.oci.image.layer.v1.tar+zstd",
      "application/vnd.oci.image.layer.nondistributable.v1.tar",
      "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
      "application/vnd.oci.image.layer.nondistributable.v1.tar+zstd"};
  return std::ranges::find(k_types, media_type) != k_types.end();
}

class ImageCheck {
 public:
  explicit ImageCheck(const Layout& layout) : layout_(&layout) {}

  Status check(const Descriptor& descriptor, int depth) {
    if (!seen_.insert(descriptor.digest).second) return {};
    if (descriptor.media_type == k_media_index) return check_index(descriptor, depth);
    if (descriptor.media_type == k_media_manifest) return check_manifest(descriptor);
    return check_blob(descriptor, "blob `" + descriptor.digest.str() + "`");
  }

  std::vector<std::string> take() { return breaches_.take(); }

 private:
  /// The document behind a descriptor; empty when that is a breach already.
  Result<std::optional<Json>> read(const Descriptor& descriptor, const std::string& where) {
    auto text = layout_->read_blob(descriptor);
    if (!text) {
      XAAS_CHECK(as_breach(std::move(text.error()), where, breaches_));
      return std::nullopt;
    }
    auto document = parse_document(*text);
    if (document) return std::optional<Json>(std::move(*document));
    XAAS_CHECK(as_breach(std::move(document.error()), where, breaches_));
    return std::nullopt;
  }

  Status check_blob(const Descriptor& descriptor, const std::string& where) {
    auto file = open_verified_blob(*layout_, descriptor);
    if (file) return {};
    return as_breach(std::move(file.error()), where, breaches_);
  }

  Status check_index(const Descriptor& descriptor, int depth) {
    const auto where = "index `" + descriptor.digest.str() + "`";
    if (depth > k_deepest_index) {
      breaches_.add(where, "is nested too deep to be followed");
      return {};
    }
    XAAS_TRY(const auto document, read(descriptor, where));
    if (!document) return {};
    check_heading(*document, k_media_index, where, breaches_);
    const Json* manifests = member_of(*document, "manifests");
    if (manifests == nullptr || !manifests->is_array()) {
      breaches_.add(where + ", field `manifests`", "is required and must be an array");
      return {};
    }
    for (std::size_t i = 0; i < manifests->size(); ++i) {
      const auto entry = check_descriptor(
          (*manifests)[i], where + ", field `manifests[" + std::to_string(i) + "]`", breaches_);
      if (entry) XAAS_CHECK(check(*entry, depth + 1));
    }
    return {};
  }

  Status check_manifest(const Descriptor& descriptor) {
    const auto where = "manifest `" + descriptor.digest.str() + "`";
    XAAS_TRY(const auto document, read(descriptor, where));
    if (!document) return {};
    check_heading(*document, k_media_manifest, where, breaches_);
    std::optional<Descriptor> config;
    if (const Json* member = member_of(*document, "config"))
      config = check_descriptor(*member, where + ", field `config`", breaches_);
    else
      breaches_.add(where + ", field `config`", "is required");
    const auto layers = check_layer_list(*document, where);
    if (!config) return {};
    if (config->media_type == k_media_config) return check_runnable(*config, layers, where);
    return check_artifact(*document, *config, layers, where);
  }

  std::vector<Descriptor> check_layer_list(const Json& document, const std::string& where) {
    std::vector<Descriptor> layers;
    const Json* list = member_of(document, "layers");
    if (list == nullptr || !list->is_array()) {
      breaches_.add(where + ", field `layers`", "is required and must be an array");
      return layers;
    }
    for (std::size_t i = 0; i < list->size(); ++i) {
      auto layer = check_descriptor(
          (*list)[i], where + ", field `layers[" + std::to_string(i) + "]`", breaches_);
      // Also a broken one keeps its place, so that diff_ids still meet their layers.
      layers.push_back(std::move(layer).value_or(Descriptor{}));
    }
    return layers;
  }

  Status check_artifact(const Json& document, const Descriptor& config,
                        const std::vector<Descriptor>& layers, const std::string& where) {
    if (config.media_type == k_media_empty) {
      if (member_of(document, "artifactType") == nullptr)
        breaches_.add(where + ", field `artifactType`", "is required when the config is empty");
      if (config.digest != digest_of("{}"))
        breaches_.add(where + ", field `config`", "is of the empty type but its blob is not `{}`");
    }
    XAAS_CHECK(check_blob(config, where + ", config"));
    for (const auto& layer : layers) {
      if (!layer.digest.is_empty()) XAAS_CHECK(check_blob(layer, where + ", layer"));
    }
    return {};
  }

  Status check_runnable(const Descriptor& config, const std::vector<Descriptor>& layers,
                        const std::string& where) {
    const auto config_name = "config `" + config.digest.str() + "`";
    XAAS_TRY(const auto document, read(config, config_name));
    std::vector<Digest> diff_ids;
    if (document) {
      diff_ids = check_config(*document, config_name, breaches_);
      if (diff_ids.size() != layers.size())
        breaches_.add(where, "has " + std::to_string(layers.size()) + " layers but its config " +
                                 std::to_string(diff_ids.size()) + " diff_ids");
    }
    diff_ids.resize(layers.size());
    for (std::size_t i = 0; i < layers.size(); ++i) {
      if (layers[i].digest.is_empty()) continue;
      const auto name = "layer `" + layers[i].digest.str() + "`";
      // An unknown media type must be ignored (manifest.md), but not its bytes.
      XAAS_CHECK(is_image_layer(layers[i].media_type)
                     ? check_layer(*layout_, layers[i], diff_ids[i], name, breaches_)
                     : check_blob(layers[i], name));
    }
    return {};
  }

  const Layout* layout_;
  Breaches breaches_;
  std::set<Digest> seen_;
};

}  // namespace

Result<std::vector<std::string>> validate_image(const Layout& layout,
                                                const Descriptor& descriptor) {
  ImageCheck check(layout);
  XAAS_CHECK(while_doing(check.check(descriptor, 0),
                         "validating image `" + descriptor.digest.str() + "`"));
  return check.take();
}

}  // namespace xaas
