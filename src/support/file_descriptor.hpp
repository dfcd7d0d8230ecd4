// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/result.hpp"

#include <filesystem>
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

 private:
  int number_ = -1;
};

/// `not_found` for ENOENT and ENOTDIR, otherwise `io`, with the path and errno's text.
Error io_error(std::string_view what, const std::filesystem::path& path, int error);

/// open(2) with O_CLOEXEC.
Result<FileDescriptor> open_file(const std::filesystem::path& path, int flags, unsigned mode = 0);

Status write_all(const FileDescriptor& file, std::string_view bytes,
                 const std::filesystem::path& path);

}  // namespace xaas
