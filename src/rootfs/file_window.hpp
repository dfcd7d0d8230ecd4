// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sqfs/error.h>
#include <sqfs/io.h>

#include <cstddef>
#include <cstdint>

namespace xaas {

/// The part of a file, from `offset` on, that libsquashfs sees as a file. It tells nobody why a
/// read or write failed, so errno is kept here.
struct FileWindow : sqfs_file_t {
  FileWindow(int file, std::uint64_t offset);

  int descriptor = -1;
  std::uint64_t begin = 0;
  std::uint64_t length = 0;
  int error = 0;

  /// Zero, or an error of libsquashfs.
  int write(std::uint64_t offset, const void* bytes, std::size_t size);

 private:
  int read(std::uint64_t offset, void* bytes, std::size_t size);
  int cut(std::uint64_t size);
  template <class Step>
  int transfer(std::uint64_t offset, std::size_t size, Step step);
};

}  // namespace xaas
