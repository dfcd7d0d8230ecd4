// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/result.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

namespace xaas {

/// Owns an open file descriptor.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int number) : number_(number) {}
  FileDescriptor(FileDescriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  ~FileDescriptor() { reset(); }

  [[nodiscard]] int number() const { return number_; }
  [[nodiscard]] bool is_open() const { return number_ >= 0; }
  void reset();
  /// The number is now the caller's to close.
  [[nodiscard]] int release() { return std::exchange(number_, -1); }

 private:
  int number_ = -1;
};

/// `not_found` for ENOENT and ENOTDIR, otherwise `io`, with the path and errno's text.
Error io_error(std::string_view what, const std::filesystem::path& path, int error);

/// open(2) with O_CLOEXEC.
Result<FileDescriptor> open_file(const std::filesystem::path& path, int flags, unsigned mode = 0);

/// All of an open file, as `read_file` reads it; `path` is for messages.
Result<std::string> read_open_file(const FileDescriptor& file, const std::filesystem::path& path,
                                   std::uint64_t limit);

/// Closes what was written. Servers say only then that it did not fit.
Status close_written(FileDescriptor& file, const std::filesystem::path& path);

Status write_all(const FileDescriptor& file, std::string_view bytes,
                 const std::filesystem::path& path);

}  // namespace xaas
