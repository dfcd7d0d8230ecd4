// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/oci/image.hpp"
#include "xaas/oci/layout.hpp"
#include "xaas/support/json.hpp"
#include "xaas/support/result.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace xaas {

/// Breaches of image-spec 1.1, each a sentence that says where. These functions look at JSON as it
/// stands and go on after a breach, where the parse functions stop at the first.
class Breaches {
 public:
  void add(std::string_view where, std::string_view what) {
    sentences_.push_back(std::string(where) + " " + std::string(what));
  }
  std::vector<std::string> take() { return std::move(sentences_); }
  [[nodiscard]] std::size_t count() const { return sentences_.size(); }

 private:
  std::vector<std::string> sentences_;
};

/// A member of `object`, or null where it is absent (or null in the text, which is the same).
const Json* member_of(const Json& object, std::string_view key);

/// The value of a string member; empty, and a breach, when it is required and absent, or no string.
enum class Presence { required, optional };
std::string check_string(const Json& object, std::string_view key, Presence presence,
                         std::string_view where, Breaches& breaches);
void check_strings(const Json& object, std::string_view key, std::string_view where,
                   Breaches& breaches);
void check_string_map(const Json& object, std::string_view key, std::string_view where,
                      Breaches& breaches);

/// descriptor.md and the platform of image-index.md. Empty when digest or size cannot be used.
std::optional<Descriptor> check_descriptor(const Json& value, std::string_view where,
                                           Breaches& breaches);

/// schemaVersion, mediaType and annotations, which manifest.md and image-index.md share.
void check_heading(const Json& document, std::string_view media_type, std::string_view where,
                   Breaches& breaches);

/// config.md. Returns the diff_ids; a broken one is an empty digest.
std::vector<Digest> check_config(const Json& document, std::string_view where, Breaches& breaches);

/// layer.md: the entries of one layer and its diff_id (empty: none to compare with). An error only
/// when the layer could not be read for a reason outside it.
Status check_layer(const Layout& layout, const Descriptor& layer, const Digest& diff_id,
                   std::string_view where, Breaches& breaches);

/// Turns "missing" and "damaged" into a breach; other errors stay errors.
Status as_breach(Error error, std::string_view where, Breaches& breaches);

}  // namespace xaas
