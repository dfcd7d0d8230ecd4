// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/oci/layout.hpp"
#include "xaas/support/digest.hpp"
#include "xaas/support/files.hpp"
#include "xaas/support/result.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace xaas {

/// Renames a finished file, whose digest was taken while it was written, to its blob's name. On
/// another file system it is copied beside first, so that the blob still appears whole.
Status move_into_layout(const Layout& layout, const std::filesystem::path& file,
                        const Digest& digest);

/// Waits for its turn to change the layout. `io` when that does not come: whoever holds the lock
/// only rewrites one small file, so the wait is for many writers, not for a long one.
Result<FileLock> lock_layout(const std::filesystem::path& layout,
                             std::chrono::milliseconds patience = std::chrono::seconds(60));

/// A file descriptor that is closed when this goes out of scope.
class OpenFile {
 public:
  OpenFile() = default;
  explicit OpenFile(int descriptor) : descriptor_(descriptor) {}
  OpenFile(OpenFile&& other) noexcept;
  OpenFile& operator=(OpenFile&& other) noexcept;
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile();

  [[nodiscard]] int number() const { return descriptor_; }
  [[nodiscard]] bool is_open() const { return descriptor_ >= 0; }
  /// Closes now, for writers who must know whether the bytes arrived.
  Status close(const std::filesystem::path& name);
  /// The descriptor is somebody else's from now on.
  int release();

 private:
  int descriptor_ = -1;
};

/// All the bytes, or the reason why not; `name` is for the message.
Status write_all(int descriptor, std::string_view bytes, const std::filesystem::path& name);

/// The bytes of a blob: all of a file of its own, or a part of an archive. Reads move nothing, so
/// several may go on at once.
struct FileRange {
  OpenFile file;
  std::uint64_t begin = 0;
  std::uint64_t size = 0;

  /// How many bytes came, from `offset` on; 0 at the end.
  [[nodiscard]] Result<std::size_t> read(std::uint64_t offset, std::span<char> into,
                                         const std::filesystem::path& name) const;
};

/// Reads all of it, piece by piece; ends with what `take` says.
Status read_all(const FileRange& range, const std::filesystem::path& name,
                const std::function<Status(std::string_view)>& take);

/// Writes all of it to a new file.
Status write_copy(const FileRange& range, const std::filesystem::path& to);

/// The blob behind a descriptor, after size and digest were found right. What is then read through
/// it is what was verified, even if somebody replaces the file meanwhile.
Result<FileRange> open_verified_blob(const Layout& layout, const Descriptor& descriptor);

/// The bytes themselves, read once.
Result<std::string> read_verified_blob(const Layout& layout, const Descriptor& descriptor);

/// `io`, naming what was done to which path and errno's text.
Error layout_io_error(std::string_view action, const std::filesystem::path& path, int error_number);

}  // namespace xaas
