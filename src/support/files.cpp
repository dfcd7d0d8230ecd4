// SPDX-License-Identifier: Apache-2.0
#include "xaas/support/files.hpp"

#include "file_descriptor.hpp"
#include "temporary_name.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <deque>
#include <system_error>
#include <utility>

namespace xaas {
namespace {

/// A new file beside `target` that takes its place when it is complete.
class PendingFile {
 public:
  static Result<PendingFile> make(const std::filesystem::path& target) {
    if (target.has_parent_path()) XAAS_CHECK(make_folders(target.parent_path()));
    auto path = target.parent_path() / temporary_name();
    XAAS_TRY(auto file, open_file(path, O_WRONLY | O_CREAT | O_EXCL, 0600));
    return PendingFile{target, std::move(path), std::move(file)};
  }

  PendingFile(PendingFile&& other) noexcept
      : target_(std::move(other.target_)),
        path_(std::exchange(other.path_, {})),
        file_(std::move(other.file_)) {}
  PendingFile& operator=(PendingFile&&) = delete;
  PendingFile(const PendingFile&) = delete;
  PendingFile& operator=(const PendingFile&) = delete;
  ~PendingFile() {
    if (!path_.empty()) ::unlink(path_.c_str());
  }

  [[nodiscard]] const FileDescriptor& file() const { return file_; }

  Status take_place(unsigned mode) {
    // Not left to the umask: the bits are part of what images hold.
    if (::fchmod(file_.number(), mode & 07777U) != 0) return io_error("writing", target_, errno);
    // A file on a server may be found not to fit only now (close(2), EDQUOT and ENOSPC).
    XAAS_CHECK(close_written(file_, target_));
    if (::rename(path_.c_str(), target_.c_str()) != 0) return io_error("writing", target_, errno);
    path_.clear();
    return {};
  }

 private:
  PendingFile(std::filesystem::path target, std::filesystem::path path, FileDescriptor file)
      : target_(std::move(target)), path_(std::move(path)), file_(std::move(file)) {}
  std::filesystem::path target_;
  std::filesystem::path path_;
  FileDescriptor file_;
};

/// Bytes of one open file into another: shared extents where the file system can, else a copy in
/// the kernel, else (other file systems, /proc) by hand.
Status copy_bytes(const FileDescriptor& from, const FileDescriptor& to,
                  const std::filesystem::path& from_name, const std::filesystem::path& to_name) {
  if (::ioctl(to.number(), FICLONE, from.number()) == 0) return {};
  constexpr std::size_t k_piece = std::size_t{1} << 30;
  ssize_t got = 0;
  bool any = false;
  while ((got = ::copy_file_range(from.number(), nullptr, to.number(), nullptr, k_piece, 0)) > 0)
    any = true;
  if (got == 0 && any) return {};
  // A file of /proc copies as empty; reading tells. What is copied already stays copied: both
  // offsets have moved.
  std::string block(std::size_t{256} * 1024, '\0');
  while (true) {
    got = ::read(from.number(), block.data(), block.size());
    const int error = errno;
    if (got == 0) return {};
    if (got < 0 && error == EINTR) continue;
    if (got < 0) return io_error("reading", from_name, error);
    XAAS_CHECK(
        write_all(to, std::string_view{block}.substr(0, static_cast<std::size_t>(got)), to_name));
  }
}

Error not_regular(const std::filesystem::path& path) {
  return fail(ErrorKind::invalid_input, "`{}` is not a regular file", path.string())
      .with_code("support.not-regular");
}

Error too_large(const std::filesystem::path& path, std::uint64_t limit) {
  return fail(ErrorKind::invalid_input, "`{}` has more than {} bytes, the most that is read of it",
              path.string(), limit)
      .with_code("file.too-large");
}

void wait_for_bytes(const FileDescriptor& file) {
  pollfd ready{.fd = file.number(), .events = POLLIN, .revents = 0};
  ::poll(&ready, 1, -1);
}

}  // namespace

void FileDescriptor::reset() {
  if (number_ >= 0) ::close(std::exchange(number_, -1));
}

Status close_written(FileDescriptor& file, const std::filesystem::path& path) {
  if (::close(file.release()) == 0 || errno == EINTR) return {};
  return io_error("writing", path, errno);
}

Error io_error(std::string_view what, const std::filesystem::path& path, int error) {
  const bool absent = error == ENOENT || error == ENOTDIR;
  return fail(absent ? ErrorKind::not_found : ErrorKind::io, "{} `{}`: {}", what, path.string(),
              std::generic_category().message(error))
      .with_code(absent ? "file.missing" : "file.io")
      .with_help(help_on(error));
}

std::string help_on(int error) {
  if (error == ENOSPC || error == EDQUOT)
    return "make room there, or elsewhere: `--output`, `--cache` and TMPDIR say where files go";
  if (error == EROFS) return "name a place that can be written";
  return {};
}

Result<FileDescriptor> open_file(const std::filesystem::path& path, int flags, unsigned mode) {
  int number = -1;
  int error = 0;
  do {
    number = ::open(path.c_str(), flags | O_CLOEXEC, static_cast<mode_t>(mode));
    error = errno;
  } while (number < 0 && error == EINTR);
  if (number < 0) {
    const bool writes = (flags & O_ACCMODE) != O_RDONLY;
    return io_error(writes ? "writing" : "reading", path, error);
  }
  return FileDescriptor{number};
}

Status write_all(const FileDescriptor& file, std::string_view bytes,
                 const std::filesystem::path& path) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(file.number(), bytes.data(), bytes.size());
    const int error = errno;
    if (put < 0 && error != EINTR) return io_error("writing", path, error);
    if (put > 0) bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return {};
}

Result<std::string> read_open_file(const FileDescriptor& file, const std::filesystem::path& path,
                                   std::uint64_t limit) {
  struct stat facts{};
  if (::fstat(file.number(), &facts) != 0) return io_error("reading", path, errno);
  // The output of another program (`--target <(...)`) is read like a file; a device has no end.
  if (S_ISCHR(facts.st_mode) || S_ISBLK(facts.st_mode)) return not_regular(path);
  if (std::cmp_greater(facts.st_size, limit)) return too_large(path, limit);
  // One byte more than the size, so that the end shows without growing; /proc says 0.
  std::string bytes(facts.st_size > 0 ? static_cast<std::size_t>(facts.st_size) + 1 : 4096, '\0');
  std::size_t size = 0;
  while (true) {
    if (size > limit) return too_large(path, limit);
    if (size == bytes.size()) bytes.resize(2 * bytes.size());
    const ssize_t got = ::read(file.number(), bytes.data() + size, bytes.size() - size);
    const int error = errno;
    if (got == 0) break;
    if (got > 0) size += static_cast<std::size_t>(got);
    if (got < 0 && error == EAGAIN) wait_for_bytes(file);
    if (got < 0 && error != EINTR && error != EAGAIN) return io_error("reading", path, error);
  }
  bytes.resize(size);
  return bytes;
}

Result<std::string> read_file(const std::filesystem::path& path, std::uint64_t limit) {
  // Opening a pipe would wait for a writer, for ever if there is none: O_NONBLOCK does not.
  XAAS_TRY(const auto file, open_file(path, O_RDONLY | O_NONBLOCK));
  return read_open_file(file, path, limit);
}

Status write_file(const std::filesystem::path& path, std::string_view bytes, unsigned mode) {
  XAAS_TRY(auto pending, PendingFile::make(path));
  XAAS_CHECK(write_all(pending.file(), bytes, path));
  return pending.take_place(mode);
}

Status copy_file(const std::filesystem::path& from, const std::filesystem::path& to) {
  // A pipe or a device would block for ever: O_NONBLOCK opens it, the check refuses it.
  XAAS_TRY(const auto source, open_file(from, O_RDONLY | O_NONBLOCK));
  struct stat facts{};
  if (::fstat(source.number(), &facts) != 0) return io_error("reading", from, errno);
  if (!S_ISREG(facts.st_mode)) return not_regular(from);
  XAAS_TRY(auto pending, PendingFile::make(to));
  XAAS_CHECK(copy_bytes(source, pending.file(), from, to));
  const std::array times{facts.st_atim, facts.st_mtim};
  if (::futimens(pending.file().number(), times.data()) != 0) return io_error("writing", to, errno);
  return pending.take_place(facts.st_mode);
}

Status make_folders(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) return io_error("making folder", path, error.value());
  return {};
}

Status make_link(const std::filesystem::path& target, const std::filesystem::path& at) {
  std::error_code error;
  std::filesystem::create_symlink(target, at, error);
  if (!error) return {};
  return fail(ErrorKind::io, "cannot make the link `{}`: {}", at.string(), error.message())
      .with_code("file.io");
}

Result<std::filesystem::path> path_in_root(const std::filesystem::path& root,
                                           const std::filesystem::path& path) {
  constexpr int k_most_links = 40;  // as Linux, path_resolution(7)
  int links = 0;
  std::filesystem::path inside;
  std::deque<std::filesystem::path> pending(path.begin(), path.end());
  while (!pending.empty()) {
    const std::filesystem::path part = pending.front();
    pending.pop_front();
    if (part.is_absolute() || part == "..") {
      inside = part == ".." ? inside.parent_path() : std::filesystem::path();
      continue;
    }
    std::error_code error;
    const auto target = std::filesystem::read_symlink(root / inside / part, error);
    if (error) {  // no link
      inside /= part;
      continue;
    }
    if (++links > k_most_links) {
      return fail(ErrorKind::invalid_input, "`{}` has too many links on its way", path.string())
          .with_code("file.link-loop");
    }
    pending.insert(pending.begin(), target.begin(), target.end());
  }
  return root / inside;
}

Status check_can_make(const std::filesystem::path& path) {
  std::error_code error;
  auto place = std::filesystem::absolute(path, error);
  struct stat facts{};
  while (::stat(place.c_str(), &facts) != 0) {
    if (errno != ENOENT || !place.has_relative_path()) return io_error("writing", path, errno);
    place = place.parent_path();
  }
  if (!S_ISDIR(facts.st_mode)) return io_error("writing", place, ENOTDIR);
  if (::access(place.c_str(), W_OK | X_OK) != 0) return io_error("writing", place, errno);
  return {};
}

Result<std::optional<FileLock>> FileLock::try_lock(const std::filesystem::path& path) {
  if (path.has_parent_path()) XAAS_CHECK(make_folders(path.parent_path()));
  int number = -1;
  XAAS_TRY(auto file, open_file(path, O_RDWR | O_CREAT, 0644));
  // The lock lives as long as the open file: keep it open beyond `file`.
  number = ::fcntl(file.number(), F_DUPFD_CLOEXEC, 3);
  if (number < 0) return io_error("locking", path, errno);
  FileLock lock{number};
  if (::flock(number, LOCK_EX | LOCK_NB) == 0) return std::optional{std::move(lock)};
  const int error = errno;
  if (error == EWOULDBLOCK) return std::optional<FileLock>{};
  // No locks there (Lustre without -o flock, NFS without its lock service, some FUSE): as if held.
  if (error == ENOLCK || error == ENOSYS || error == EOPNOTSUPP)
    return std::optional{std::move(lock)};
  return io_error("locking", path, error);
}

bool FileLock::is_on(const std::filesystem::path& path) const {
  struct stat held{};
  struct stat there{};
  return ::fstat(descriptor_, &held) == 0 && ::stat(path.c_str(), &there) == 0 &&
         held.st_dev == there.st_dev && held.st_ino == there.st_ino;
}

FileLock::FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

FileLock::~FileLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace xaas
