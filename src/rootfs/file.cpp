// SPDX-License-Identifier: Apache-2.0
#include "file.hpp"

#include "xaas/support/files.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace xaas {

Result<File> File::open(const std::filesystem::path& path) {
  File file(path, ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.number_ < 0) return file.error("open", errno);
  return file;
}

Result<File> File::create(const std::filesystem::path& path, unsigned mode) {
  File file(path, ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  if (file.number_ < 0) return file.error("create", errno);
  return file;
}

File::File(File&& other) noexcept
    : path_(std::move(other.path_)), number_(std::exchange(other.number_, -1)) {}

File::~File() {
  if (number_ >= 0) ::close(number_);
}

Result<std::size_t> File::read(std::span<char> into, std::uint64_t offset) const {
  ssize_t count = 0;
  do {
    count = ::pread(number_, into.data(), into.size(), static_cast<off_t>(offset));
  } while (count < 0 && errno == EINTR);
  if (count < 0) return error("read", errno);
  return static_cast<std::size_t>(count);
}

Status File::write(std::string_view bytes, std::uint64_t offset) const {
  while (!bytes.empty()) {
    const ssize_t count = ::pwrite(number_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return error("write", errno);
    bytes.remove_prefix(static_cast<std::size_t>(count));
    offset += static_cast<std::uint64_t>(count);
  }
  return {};
}

Status File::close() {
  if (::close(std::exchange(number_, -1)) != 0) return error("write", errno);
  return {};
}

Error File::error(std::string_view action, int reason) const {
  return fail(ErrorKind::io, "could not {} `{}`: {}", action, path_.string(),
              std::generic_category().message(reason))
      .with_help(help_on(reason))
      .with_code("file.io");
}

}  // namespace xaas
