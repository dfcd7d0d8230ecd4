// SPDX-License-Identifier: Apache-2.0
#include "xaas/support/place_file.hpp"

#include "file_descriptor.hpp"
#include "temporary_name.hpp"

#include "xaas/support/files.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace xaas {
namespace {

/// A second name can be given only where there is none: file systems without RENAME_NOREPLACE have
/// at least that. FAT has neither; there, two runs at the same moment are not told apart.
Status link_into_place(const std::filesystem::path& finished, const std::filesystem::path& target) {
  if (::link(finished.c_str(), target.c_str()) == 0) return {};
  if (errno == EEXIST) return file_exists(target);
  std::error_code error;
  if (std::filesystem::exists(std::filesystem::symlink_status(target, error)))
    return file_exists(target);
  if (::rename(finished.c_str(), target.c_str()) == 0) return {};
  return io_error("writing", target, errno);
}

}  // namespace

Error file_exists(const std::filesystem::path& target) {
  return fail(ErrorKind::invalid_input, "`{}` exists", target.string())
      .with_code("output.exists")
      .with_help("choose another name, or give --force to replace it");
}

Status check_can_make_beside(const std::filesystem::path& target) {
  std::error_code error;
  const auto folder = std::filesystem::absolute(target, error).parent_path();
  return check_can_make(folder / temporary_name());
}

Status place_file(const std::filesystem::path& finished, const std::filesystem::path& target,
                  Overwrite overwrite) {
  if (overwrite == Overwrite::yes) {
    if (::rename(finished.c_str(), target.c_str()) == 0) return {};
    return io_error("writing", target, errno);
  }
  if (::renameat2(AT_FDCWD, finished.c_str(), AT_FDCWD, target.c_str(), RENAME_NOREPLACE) == 0)
    return {};
  if (errno == EEXIST) return file_exists(target);
  if (is_flag_unknown(errno)) return link_into_place(finished, target);
  return io_error("writing", target, errno);
}

bool is_flag_unknown(int error) {
  return error == EINVAL || error == ENOSYS || error == EPERM || error == EOPNOTSUPP;
}

}  // namespace xaas
