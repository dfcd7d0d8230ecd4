// SPDX-License-Identifier: Apache-2.0

// The IR manifest: what is accepted can be used blindly, and is written as it was read.

#include "property.hpp"

#include "xaas/ir/manifest.hpp"

#include <variant>

namespace xaas::fuzzing {
namespace {

void expect_usable(const IrManifest& manifest) {
  for (const Digest& digest : referenced_blobs(manifest))
    expect(manifest.blobs.contains(digest), "every content that is referred to is listed");
  const Coverage coverage = coverage_of(manifest);
  expect(
      coverage.captured + coverage.kept_as_machine_code + coverage.opaque == manifest.units.size(),
      "each unit is of one kind");
  expect(coverage.captured_text_bytes <= coverage.text_bytes, "a part is not more than the whole");
  for (const Link& link : manifest.links) {
    for (const LinkItem& item : link.items) {
      const auto* archive = std::get_if<LinkArchive>(&item);
      expect(archive == nullptr || !archive->name.contains('/'), "an archive has a plain name");
    }
  }
  for (const Product& product : manifest.products)
    expect(product.link < manifest.links.size(), "each product has a link");
  for (std::size_t i = 0; i < manifest.configurations.size(); ++i) {
    for (const std::size_t unit : units_of(manifest, i))
      expect(unit < manifest.units.size(), "each configuration's units are there");
    const IrManifest alone = configured(manifest, i);
    expect(alone.configurations.size() == 1 && !alone.configurations.front().install,
           "each configuration can be the only one");
  }
  for (const auto& [content, blob] : manifest.blobs)
    expect(blob.base.is_empty() || manifest.blobs.contains(blob.base), "a difference has a base");
}

}  // namespace
}  // namespace xaas::fuzzing

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace xaas;
  const auto text = fuzzing::text_of(bytes, size);
  const auto manifest = fuzzing::expect_round_trip(text, &parse_ir_manifest, &print_ir_manifest);
  if (manifest) fuzzing::expect_usable(*manifest);
  return 0;
}
