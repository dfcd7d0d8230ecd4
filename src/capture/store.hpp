// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/capture/records.hpp"
#include "xaas/support/digest.hpp"
#include "xaas/support/result.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace xaas {

/// The capture folder as wrappers write it, many at once: `log/` records, `store/` contents,
/// `digests/` what unchanged files are known to contain. Every file is written beside its place and
/// renamed, so that a killed build leaves nothing half written, and every name comes from the
/// content, so that two writers of one file write the same.
class CaptureStore {
 public:
  explicit CaptureStore(std::filesystem::path folder) : folder_(std::move(folder)) {}

  /// Puts a link input's content into the store. A thin archive is stored as the regular archive
  /// with the same members.
  Result<Digest> put_file(const std::filesystem::path& path) const;

  Status add(const CompileRecord& record) const;
  Status add(const LinkRecord& record) const;
  Status warn(std::string_view text) const;

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

 private:
  Status add_text(std::string_view kind, const std::string& text) const;
  [[nodiscard]] std::filesystem::path content_path(const Digest& digest) const;

  std::filesystem::path folder_;
};

}  // namespace xaas
