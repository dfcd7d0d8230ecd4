// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/oci/image.hpp"
#include "xaas/support/files.hpp"
#include "xaas/support/result.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace xaas {

class LayoutArchive;

/// `oci:FOLDER[:TAG]` or `oci-archive:FILE[:TAG]`, a layout in a tar file. The tag defaults to
/// "latest".
struct LayoutReference {
  std::filesystem::path path;
  std::string tag;
  enum class Form { folder, archive } form = Form::folder;
  bool has_own_tag = true;  // false: "latest" stands for what nobody said

  [[nodiscard]] std::string str() const {
    return (form == Form::folder ? "oci:" : "oci-archive:") + path.string() + ":" + tag;
  }
};

/// Accepts `oci:PATH[:TAG]`, `oci-archive:FILE[:TAG]` (and, for reading convenience, a bare
/// PATH[:TAG] whose PATH is an existing layout). The tag is what follows the last ':' if it has no
/// '/' and matches the distribution-spec's tag grammar `[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}`.
Result<LayoutReference> parse_layout_reference(std::string_view text);

enum class Replace { no, yes };

/// An OCI image layout in a folder (image-layout.md). Blobs are content-addressed, and every read
/// checks size and digest. Two writers are kept apart by a lock file inside the folder.
class Layout {
 public:
  /// `not_found` when there is no layout, `corrupt` when `oci-layout` or `index.json` is damaged.
  static Result<Layout> open(const std::filesystem::path& path);
  /// The same of an archive, which is read where it lies and never written: what would change it is
  /// a bug. One that is compressed as a whole is uncompressed first, into a file of TMPDIR that has
  /// no name.
  static Result<Layout> open_archive(const std::filesystem::path& file);
  /// Whichever the reference names.
  static Result<Layout> open(const LayoutReference& reference);
  /// Opens, or makes an empty one.
  static Result<Layout> open_or_create(const std::filesystem::path& path);

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  /// Empty for a folder.
  [[nodiscard]] const std::shared_ptr<const LayoutArchive>& archive() const { return archive_; }

  /// Bytes of a blob, verified against size and digest: `corrupt` names the blob and what differs,
  /// `not_found` when it is missing.
  [[nodiscard]] Result<std::string> read_blob(const Descriptor& descriptor) const;
  [[nodiscard]] std::filesystem::path blob_path(const Digest& digest) const;
  [[nodiscard]] bool has_blob(const Digest& digest) const;

  /// Stores bytes (idempotent) and describes them.
  Result<Descriptor> put_blob(std::string_view bytes, std::string_view media_type);
  /// Moves a finished file in; its digest and size are taken by reading it.
  Result<Descriptor> put_blob_file(const std::filesystem::path& file, std::string_view media_type);
  /// Stores another layout's blob. Its digest is taken anew, so damage cannot travel.
  Status copy_blob(const Layout& from, const Descriptor& descriptor);

  /// The descriptor that index.json lists for a tag; empty when there is none.
  [[nodiscard]] Result<std::optional<Descriptor>> find_tag(std::string_view tag) const;
  [[nodiscard]] Result<std::vector<std::string>> tags() const;
  /// The one descriptor of an index.json that lists no other; empty when it lists none or several.
  [[nodiscard]] Result<std::optional<Descriptor>> only_entry() const;
  /// Points tags at descriptors by one atomic rewrite of index.json under the lock: readers see all
  /// the old ones or all the new ones. With Replace::no, `output.exists` when one is taken.
  Status set_tags(const std::map<std::string, Descriptor>& tags, Replace replace);

 private:
  explicit Layout(std::filesystem::path path, std::shared_ptr<const LayoutArchive> archive = {})
      : path_(std::move(path)), archive_(std::move(archive)) {}
  std::filesystem::path path_;
  std::shared_ptr<const LayoutArchive> archive_;
};

/// Whether a layout can be made there: nothing is there, an empty folder, or what a run left that
/// was killed while it made one. Else `layout.occupied`.
Status check_free_for_layout(const std::filesystem::path& folder);

/// Writes an image to where a reference says: into the layout itself, or into a layout beside the
/// archive that it becomes in `finish`.
class LayoutWriter {
 public:
  static Result<LayoutWriter> open(const LayoutReference& reference);

  /// Blobs go in here.
  [[nodiscard]] Layout& layout() { return layout_; }
  /// Tags what was put in. `output.exists` when a tag, or with Replace::no the archive, is taken by
  /// now. An archive that is replaced is gone with all its tags.
  Status finish(const std::map<std::string, Descriptor>& tags, Replace replace);

 private:
  LayoutWriter(LayoutReference reference, Layout layout, std::optional<TemporaryFolder> beside)
      : reference_(std::move(reference)), layout_(std::move(layout)), beside_(std::move(beside)) {}
  LayoutReference reference_;
  Layout layout_;
  std::optional<TemporaryFolder> beside_;  // holds the layout of an archive
};

/// That the tag is taken, and what to do about it.
Error tag_exists(const LayoutReference& reference);

/// Checks the image behind `descriptor` against image-spec 1.1: every MUST of its tables for the
/// fields we read and write, digests and sizes of all blobs, diff_ids of the layers. Returns the
/// breaches as sentences; empty means that it conforms.
Result<std::vector<std::string>> validate_image(const Layout& layout, const Descriptor& descriptor);

}  // namespace xaas
