// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/result.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>

namespace xaas {

/// An open file, read and written anywhere in it.
class File {
 public:
  static Result<File> open(const std::filesystem::path& path);
  /// A new one; `file.io` when something is there.
  static Result<File> create(const std::filesystem::path& path, unsigned mode);
  File(File&& other) noexcept;
  File& operator=(File&&) = delete;
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File();

  [[nodiscard]] int number() const { return number_; }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  /// How many bytes came; 0 at the end.
  [[nodiscard]] Result<std::size_t> read(std::span<char> into, std::uint64_t offset) const;
  [[nodiscard]] Status write(std::string_view bytes, std::uint64_t offset) const;
  /// Where quotas are counted late (NFS), this is what tells that the bytes did not fit.
  Status close();

 private:
  File(std::filesystem::path path, int number) : path_(std::move(path)), number_(number) {}
  [[nodiscard]] Error error(std::string_view action, int reason) const;

  std::filesystem::path path_;
  int number_;
};

}  // namespace xaas
