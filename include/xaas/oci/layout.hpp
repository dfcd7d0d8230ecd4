// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/oci/image.hpp"
#include "xaas/support/result.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace xaas {

/// `oci:PATH[:TAG]`. The tag defaults to "latest".
struct LayoutReference {
  std::filesystem::path path;
  std::string tag;
  [[nodiscard]] std::string str() const { return "oci:" + path.string() + ":" + tag; }
};

/// Accepts `oci:PATH[:TAG]` (and, for reading convenience, a bare PATH[:TAG] whose PATH is an
/// existing layout). The tag is what follows the last ':' if it has no '/' and matches the
/// distribution-spec's tag grammar `[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}`.
Result<LayoutReference> parse_layout_reference(std::string_view text);

enum class Replace { no, yes };

/// An OCI image layout in a folder (image-layout.md). Blobs are content-addressed, and every read
/// checks size and digest. Two writers are kept apart by a lock file inside the folder.
class Layout {
 public:
  /// `not_found` when there is no layout, `corrupt` when `oci-layout` or `index.json` is damaged.
  static Result<Layout> open(const std::filesystem::path& path);
  /// Opens, or makes an empty one.
  static Result<Layout> open_or_create(const std::filesystem::path& path);

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  /// Bytes of a blob, verified against size and digest: `corrupt` names the blob and what differs,
  /// `not_found` when it is missing.
  [[nodiscard]] Result<std::string> read_blob(const Descriptor& descriptor) const;
  [[nodiscard]] std::filesystem::path blob_path(const Digest& digest) const;
  [[nodiscard]] bool has_blob(const Digest& digest) const;

  /// Stores bytes (idempotent) and describes them.
  Result<Descriptor> put_blob(std::string_view bytes, std::string_view media_type);
  /// Moves a finished file in; its digest and size are taken by reading it.
  Result<Descriptor> put_blob_file(const std::filesystem::path& file, std::string_view media_type);

  /// The descriptor that index.json lists for a tag; empty when there is none.
  [[nodiscard]] Result<std::optional<Descriptor>> find_tag(std::string_view tag) const;
  [[nodiscard]] Result<std::vector<std::string>> tags() const;
  /// Points tags at descriptors by one atomic rewrite of index.json under the lock: readers see all
  /// the old ones or all the new ones. With Replace::no, `output.exists` when one is taken.
  Status set_tags(const std::map<std::string, Descriptor>& tags, Replace replace);

 private:
  explicit Layout(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

/// That the tag is taken, and what to do about it.
Error tag_exists(const LayoutReference& reference);

/// Checks the image behind `descriptor` against image-spec 1.1: every MUST of its tables for the
/// fields we read and write, digests and sizes of all blobs, diff_ids of the layers. Returns the
/// breaches as sentences; empty means that it conforms.
Result<std::vector<std::string>> validate_image(const Layout& layout, const Descriptor& descriptor);

}  // namespace xaas
