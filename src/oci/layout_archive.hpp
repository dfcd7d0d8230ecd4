// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "layout_files.hpp"

#include "xaas/support/digest.hpp"
#include "xaas/support/result.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace xaas {

/// An image layout in a tar file (what containers/image calls `oci-archive`), read where it lies:
/// the headers are walked once, and a blob is the part of the file that its header tells. Nothing
/// of it is written anywhere, so no name in it can lead anywhere; every blob is verified like any
/// other.
class LayoutArchive {
 public:
  /// `archive.damaged` for what is no tar, or ends too early; refuses what layers may not hold
  /// either.
  static Result<LayoutArchive> open(const std::filesystem::path& file);

  /// The text of `oci-layout` or `index.json`, if it is there.
  [[nodiscard]] std::optional<std::string> document(const std::string& name) const;
  [[nodiscard]] bool has_blob(const Digest& digest) const { return blobs_.contains(digest.hex()); }
  /// Empty when there is no such blob; not verified.
  [[nodiscard]] Result<std::optional<FileRange>> open_blob(const Digest& digest) const;

 private:
  LayoutArchive() = default;
  struct Place {
    std::uint64_t begin = 0;
    std::uint64_t size = 0;
  };
  Status read_members(FileRange range);

  std::filesystem::path name_;
  OpenFile file_;
  std::map<std::string, std::string> documents_;
  std::map<std::string, Place> blobs_;  // by the digest's digits
};

/// Writes a layout as such a file: sorted, owner 0, time 0. Equal layouts give equal bytes.
Status write_layout_archive(const Layout& layout, const std::filesystem::path& file);

}  // namespace xaas
