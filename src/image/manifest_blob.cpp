// SPDX-License-Identifier: Apache-2.0
#include "xaas/image/manifest_blob.hpp"

#include "xaas/image/delta.hpp"

#include <string>

namespace xaas {
namespace {

constexpr std::size_t k_longest_plain = std::size_t{256} << 10;

}  // namespace

Result<Descriptor> put_ir_manifest(Layout& layout, const IrManifest& manifest) {
  const std::string text = print_ir_manifest(manifest);
  if (text.size() <= k_longest_plain) return layout.put_blob(text, k_media_ir_manifest);
  XAAS_TRY(const auto frame, make_delta({}, text));
  return layout.put_blob(frame, k_media_ir_manifest_zstd);
}

Result<IrManifest> read_ir_manifest(const Layout& layout, const Descriptor& descriptor) {
  XAAS_TRY(std::string text, layout.read_blob(descriptor));
  if (descriptor.media_type == k_media_ir_manifest_zstd) {
    XAAS_TRY(text, apply_delta({}, text, stated_size(text)));
  }
  return parse_ir_manifest(text);
}

}  // namespace xaas
