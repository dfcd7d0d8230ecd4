// SPDX-License-Identifier: Apache-2.0
#include "file_window.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace xaas {
namespace {

FileWindow& self_of(sqfs_file_t* file) {
  return *static_cast<FileWindow*>(file);
}

}  // namespace

// NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): the base is initialized right here.
FileWindow::FileWindow(int file, std::uint64_t offset)
    : sqfs_file_t(), descriptor(file), begin(offset) {
  base.destroy = [](sqfs_object_t*) {};
  base.copy = [](const sqfs_object_t*) -> sqfs_object_t* { return nullptr; };
  read_at = [](sqfs_file_t* self, sqfs_u64 at, void* bytes, std::size_t size) {
    return self_of(self).read(at, bytes, size);
  };
  write_at = [](sqfs_file_t* self, sqfs_u64 at, const void* bytes, std::size_t size) {
    return self_of(self).write(at, bytes, size);
  };
  get_size = [](const sqfs_file_t* self) -> sqfs_u64 {
    return static_cast<const FileWindow*>(self)->length;
  };
  truncate = [](sqfs_file_t* self, sqfs_u64 size) { return self_of(self).cut(size); };
}

template <class Step>
int FileWindow::transfer(std::uint64_t offset, std::size_t size, Step step) {
  for (std::size_t done = 0; done < size;) {
    const ssize_t count = step(done, static_cast<off_t>(begin + offset + done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) error = errno;
    if (count == 0) return SQFS_ERROR_OUT_OF_BOUNDS;
    if (count < 0) return SQFS_ERROR_IO;
    done += static_cast<std::size_t>(count);
  }
  return 0;
}

int FileWindow::read(std::uint64_t offset, void* bytes, std::size_t size) {
  return transfer(offset, size, [&](std::size_t done, off_t at) {
    return ::pread(descriptor, static_cast<char*>(bytes) + done, size - done, at);
  });
}

int FileWindow::write(std::uint64_t offset, const void* bytes, std::size_t size) {
  const int failed = transfer(offset, size, [&](std::size_t done, off_t at) {
    return ::pwrite(descriptor, static_cast<const char*>(bytes) + done, size - done, at);
  });
  if (failed == 0) length = std::max(length, offset + size);
  return failed;
}

int FileWindow::cut(std::uint64_t size) {
  if (::ftruncate(descriptor, static_cast<off_t>(begin + size)) != 0) {
    error = errno;
    return SQFS_ERROR_IO;
  }
  length = size;
  return 0;
}

}  // namespace xaas
