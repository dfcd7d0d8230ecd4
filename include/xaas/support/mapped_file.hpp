// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/result.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace xaas {

/// The bytes of a file that may be larger than the memory, of which little is looked at. They must
/// not become fewer while it lives, as for every mapping. What has no size, a pipe, is read whole.
class MappedFile {
 public:
  /// The same errors as read_file().
  static Result<MappedFile> open(const std::filesystem::path& path);
  /// Bytes that are in memory already.
  static MappedFile of(std::string bytes);

  [[nodiscard]] std::string_view bytes() const { return bytes_; }

 private:
  MappedFile() = default;
  std::shared_ptr<const void> owner_;
  std::string_view bytes_;
};

}  // namespace xaas
