// SPDX-License-Identifier: Apache-2.0
#include "layout_files.hpp"

#include "layout_archive.hpp"

#include "xaas/oci/layout.hpp"
#include "xaas/support/digest.hpp"
#include "xaas/support/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <functional>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace xaas {

Result<FileLock> lock_layout(const std::filesystem::path& layout,
                             std::chrono::milliseconds patience) {
  constexpr auto k_pause = std::chrono::milliseconds(10);
  const auto lock_file = layout / ".xaas-lock";
  for (auto waited = std::chrono::milliseconds(0); waited <= patience; waited += k_pause) {
    XAAS_TRY(auto lock, FileLock::try_lock(lock_file));
    if (lock) return std::move(*lock);
    std::this_thread::sleep_for(k_pause);
  }
  return fail(ErrorKind::io, "another process has kept the layout `{}` locked for {} seconds",
              layout.string(), patience.count() / 1000)
      .with_help("see what holds `" + lock_file.string() + "`, e.g. by `fuser`")
      .with_code("layout.locked");
}

OpenFile::OpenFile(OpenFile&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

OpenFile& OpenFile::operator=(OpenFile&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

OpenFile::~OpenFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Status OpenFile::close(const std::filesystem::path& name) {
  const int descriptor = std::exchange(descriptor_, -1);
  if (descriptor >= 0 && ::close(descriptor) != 0) return layout_io_error("write", name, errno);
  return {};
}

int OpenFile::release() {
  return std::exchange(descriptor_, -1);
}

Error layout_io_error(std::string_view action, const std::filesystem::path& path,
                      int error_number) {
  return fail(ErrorKind::io, "could not {} `{}`: {}", action, path.string(),
              std::generic_category().message(error_number))
      .with_code("file.io")
      .with_help(help_on(error_number));
}

Status write_all(int descriptor, std::string_view bytes, const std::filesystem::path& name) {
  while (!bytes.empty()) {
    const auto written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return layout_io_error("write", name, errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Status move_into_layout(const Layout& layout, const std::filesystem::path& file,
                        const Digest& digest) {
  const auto blob = layout.blob_path(digest);
  XAAS_CHECK(make_folders(blob.parent_path()));
  if (::rename(file.c_str(), blob.c_str()) == 0) return {};
  if (errno != EXDEV) return layout_io_error("rename to a blob", file, errno);
  XAAS_TRY(const auto temporary, TemporaryFolder::make(layout.path()));
  const auto beside = temporary.path() / "blob";
  XAAS_CHECK(xaas::copy_file(file, beside));
  if (::rename(beside.c_str(), blob.c_str()) != 0)
    return layout_io_error("rename to a blob", beside, errno);
  if (::unlink(file.c_str()) != 0) return layout_io_error("remove", file, errno);
  return {};
}

Result<std::size_t> FileRange::read(std::uint64_t offset, std::span<char> into,
                                    const std::filesystem::path& name) const {
  const auto wanted = std::min<std::uint64_t>(into.size(), size - std::min(size, offset));
  ssize_t count = 0;
  do {
    count = ::pread(file.number(), into.data(), wanted, static_cast<off_t>(begin + offset));
  } while (count < 0 && errno == EINTR);
  if (count < 0) return layout_io_error("read", name, errno);
  return static_cast<std::size_t>(count);
}

Status read_all(const FileRange& range, const std::filesystem::path& name,
                const std::function<Status(std::string_view)>& take) {
  std::vector<char> buffer(1 << 16);
  for (std::uint64_t offset = 0;;) {
    XAAS_TRY(const auto count, range.read(offset, buffer, name));
    if (count == 0) return {};
    XAAS_CHECK(take({buffer.data(), count}));
    offset += count;
  }
}

Status write_copy(const FileRange& range, const std::filesystem::path& to) {
  OpenFile file(::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  if (!file.is_open()) return layout_io_error("create", to, errno);
  XAAS_CHECK(read_all(range, to,
                      [&](std::string_view part) { return write_all(file.number(), part, to); }));
  return file.close(to);
}

namespace {

Error damaged_blob(const Descriptor& descriptor, const std::string& what) {
  return fail(ErrorKind::corrupt, "blob `{}` {}", descriptor.digest.str(), what)
      .with_help("copy the image again from where it came")
      .with_code("blob.corrupt");
}

Error missing_blob(const Layout& layout, const Descriptor& descriptor) {
  return fail(ErrorKind::not_found, "blob `{}` ({}) is not in the layout `{}`",
              descriptor.digest.str(), descriptor.media_type, layout.path().string())
      .with_help("the copy is incomplete: copy the image again from where it came")
      .with_code("blob.missing");
}

Result<FileRange> open_blob_file(const Layout& layout, const Descriptor& descriptor) {
  const auto path = layout.blob_path(descriptor.digest);
  // Not blocking: a pipe in a blob's place must not hang us.
  OpenFile file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.is_open() && errno == ENOENT) return missing_blob(layout, descriptor);
  if (!file.is_open()) return layout_io_error("open", path, errno);
  struct ::stat status = {};
  if (::fstat(file.number(), &status) != 0) return layout_io_error("read", path, errno);
  if (!S_ISREG(status.st_mode)) return damaged_blob(descriptor, "is not a regular file");
  return FileRange{.file = std::move(file), .size = static_cast<std::uint64_t>(status.st_size)};
}

Result<FileRange> open_blob(const Layout& layout, const Descriptor& descriptor) {
  std::optional<FileRange> blob;
  if (layout.archive() == nullptr) {
    XAAS_TRY(blob, open_blob_file(layout, descriptor));
  } else {
    XAAS_TRY(blob, layout.archive()->open_blob(descriptor.digest));
    if (!blob) return missing_blob(layout, descriptor);
  }
  // Before reading: a blob that grew must cost neither memory nor time.
  if (blob->size != descriptor.size) {
    return damaged_blob(descriptor, fmt::format("has {} bytes, its descriptor says {}", blob->size,
                                                descriptor.size));
  }
  return *std::move(blob);
}

Status check_digest(const Descriptor& descriptor, const Digest& digest) {
  if (digest == descriptor.digest) return {};
  return damaged_blob(descriptor, "has the content of `" + digest.str() + "`");
}

}  // namespace

Result<FileRange> open_verified_blob(const Layout& layout, const Descriptor& descriptor) {
  XAAS_TRY(auto blob, open_blob(layout, descriptor));
  DigestBuilder builder;
  XAAS_CHECK(
      read_all(blob, layout.blob_path(descriptor.digest), [&](std::string_view part) -> Status {
        builder.update(part);
        return {};
      }));
  XAAS_CHECK(check_digest(descriptor, builder.finish()));
  return blob;
}

Result<std::string> read_verified_blob(const Layout& layout, const Descriptor& descriptor) {
  if (descriptor.size > k_longest_document) {
    return fail(ErrorKind::corrupt, "blob `{}` has {} bytes; no document has more than {}",
                descriptor.digest.str(), descriptor.size, k_longest_document)
        .with_code("file.too-large");
  }
  XAAS_TRY(const auto blob, open_blob(layout, descriptor));
  std::string bytes;
  XAAS_CHECK(
      read_all(blob, layout.blob_path(descriptor.digest), [&](std::string_view part) -> Status {
        bytes += part;
        return {};
      }));
  XAAS_CHECK(check_digest(descriptor, digest_of(bytes)));
  return bytes;
}

}  // namespace xaas
