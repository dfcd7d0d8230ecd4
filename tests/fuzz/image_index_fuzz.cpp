// SPDX-License-Identifier: Apache-2.0

// The JSON documents of an image layout: index, manifest and configuration with the descriptors in
// them, as written by any tool; and the names of images.

#include "document.hpp"
#include "property.hpp"
#include "spec_checks.hpp"

#include "xaas/oci/image.hpp"
#include "xaas/oci/layout.hpp"

#include <nlohmann/json.hpp>

namespace xaas::fuzzing {
namespace {

void expect_sane_reference(std::string_view text) {
  const auto reference = parse_layout_reference(text);
  if (!reference) return expect_clear(reference.error());
  const auto again = parse_layout_reference(reference->str());
  expect(again && again->path == reference->path && again->tag == reference->tag &&
             again->form == reference->form,
         "the name of an image reads as the same image: " + reference->str());
}

/// `validate_image`'s own reading goes on after a breach: it must stand any JSON.
void check_by_specification(std::string_view text, const std::optional<ImageConfig>& config) {
  const auto document = parse_document(text);
  if (!document) return expect_clear(document.error());
  Breaches breaches;
  check_heading(*document, k_media_index, "index", breaches);
  const auto diff_ids = check_config(*document, "configuration", breaches);
  const auto descriptor = check_descriptor(*document, "descriptor", breaches);
  expect(!descriptor || !descriptor->digest.is_empty(), "a descriptor that can be used");
  for (const auto& sentence : breaches.take()) expect(!sentence.empty(), "a breach says what");
  if (config) expect(config->diff_ids == diff_ids, "both readings find the same layers");
}

}  // namespace
}  // namespace xaas::fuzzing

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace xaas;
  const auto text = fuzzing::text_of(bytes, size);
  // Without the scheme the disk would be asked.
  if (text.starts_with("oci:") || text.starts_with("oci-archive:")) {
    fuzzing::expect_sane_reference(text);
    return 0;
  }
  fuzzing::expect_round_trip(text, &parse_index, &print_index);
  fuzzing::expect_round_trip(text, &parse_manifest, &print_manifest);
  const auto config = fuzzing::expect_round_trip(text, &parse_config, &print_config);
  fuzzing::check_by_specification(text, config);
  return 0;
}
