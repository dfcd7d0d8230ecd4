// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

namespace xaas {

/// `path` seen from `folder`. Links stay as they are; "x/.." goes only where x is no link.
inline std::string absolute_path(const std::filesystem::path& folder,
                                 const std::filesystem::path& path) {
  const std::filesystem::path whole = folder / path;
  const std::filesystem::path tidy = whole.lexically_normal();
  // Where nothing is above ".", as in most names, both are the same without asking the disk.
  if (!whole.string().contains("..")) return tidy.string();
  std::error_code error;
  const bool is_same =
      std::filesystem::equivalent(tidy.parent_path(), whole.parent_path(), error) &&
      tidy.filename() == whole.filename();
  return is_same ? tidy.string() : whole.string();
}

}  // namespace xaas
