// SPDX-License-Identifier: Apache-2.0
#include "entries.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

namespace xaas {
namespace {

/// Depth is bounded: an index can be made to list itself only by breaking sha256, but a chain of
/// any length costs nothing to make.
Status collect_into(const Layout& layout, const Descriptor& from, unsigned depth,
                    std::vector<Descriptor>& into) {
  if (from.media_type != k_media_index) {
    into.push_back(from);
    return {};
  }
  if (depth == 0) {
    return fail(ErrorKind::corrupt, "the image index nests deeper than 4 levels")
        .with_code("image.nesting");
  }
  XAAS_TRY(const auto text, layout.read_blob(from));
  XAAS_TRY(const auto index, parse_index(text));
  for (const Descriptor& entry : index.manifests) {
    XAAS_CHECK(collect_into(layout, entry, depth - 1, into));
  }
  return {};
}

}  // namespace

Result<Descriptor> find_required_tag(const Layout& layout, const LayoutReference& reference) {
  XAAS_TRY(auto tagged, layout.find_tag(reference.tag));
  // As skopeo and podman read archives: whoever names no tag means the only image.
  if (!tagged && !reference.has_own_tag && reference.form == LayoutReference::Form::archive) {
    XAAS_TRY(tagged, layout.only_entry());
  }
  if (tagged) return *std::move(tagged);
  XAAS_TRY(const auto tags, layout.tags());
  return fail(ErrorKind::not_found, "`{}` has no tag `{}`", reference.path.string(), reference.tag)
      .with_code("image.no-tag")
      .with_help(tags.empty() ? "it has no tags"
                              : fmt::format("it has: {}", fmt::join(tags, ", ")));
}

Result<std::vector<Descriptor>> collect_manifests(const Layout& layout, const Descriptor& from) {
  std::vector<Descriptor> manifests;
  XAAS_CHECK(collect_into(layout, from, 4, manifests));
  return manifests;
}

bool is_no_image(const Descriptor& descriptor) {
  return descriptor.annotations.contains(std::string(k_annotation_ir)) ||
         (descriptor.platform && descriptor.platform->architecture == "unknown");
}

Result<RunnableImage> read_runnable(const Layout& layout, const Descriptor& descriptor) {
  XAAS_TRY(const auto text, layout.read_blob(descriptor));
  XAAS_TRY(auto manifest, parse_manifest(text));
  XAAS_TRY(const auto config_text, layout.read_blob(manifest.config));
  XAAS_TRY(auto config, parse_config(config_text));
  return RunnableImage{
      .descriptor = descriptor, .manifest = std::move(manifest), .config = std::move(config)};
}

ExtractionLimits limits_of(const Descriptor& layer, std::uint64_t allowance) {
  ExtractionLimits limits;
  const std::uint64_t size = std::min(layer.size, limits.bytes);  // no overflow below
  limits.bytes = std::min(limits.bytes, allowance + 200 * size);
  limits.entries = std::min(limits.entries, 100'000 + size / 16);
  return limits;
}

}  // namespace xaas
