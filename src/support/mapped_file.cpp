// SPDX-License-Identifier: Apache-2.0
#include "xaas/support/mapped_file.hpp"

#include "file_descriptor.hpp"

#include "xaas/support/files.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>
#include <utility>

namespace xaas {

MappedFile MappedFile::of(std::string bytes) {
  const auto owner = std::make_shared<const std::string>(std::move(bytes));
  MappedFile file;
  file.owner_ = owner;
  file.bytes_ = *owner;
  return file;
}

Result<MappedFile> MappedFile::open(const std::filesystem::path& path) {
  XAAS_TRY(const auto file, open_file(path, O_RDONLY | O_NONBLOCK));
  struct stat facts{};
  if (::fstat(file.number(), &facts) != 0) return io_error("reading", path, errno);
  if (!S_ISREG(facts.st_mode) || facts.st_size == 0) {
    XAAS_TRY(auto read, read_file(path));
    return of(std::move(read));
  }
  const auto size = static_cast<std::size_t>(facts.st_size);
  void* const memory = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.number(), 0);
  if (memory == MAP_FAILED) return io_error("reading", path, errno);
  MappedFile mapped;
  mapped.owner_ =
      std::shared_ptr<const void>(memory, [size](void* start) { ::munmap(start, size); });
  mapped.bytes_ = {static_cast<const char*>(memory), size};
  return mapped;
}

}  // namespace xaas
