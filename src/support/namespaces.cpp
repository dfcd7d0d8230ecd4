// SPDX-License-Identifier: Apache-2.0
#include "xaas/support/namespaces.hpp"

#include <fmt/core.h>

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>
#include <utility>

namespace xaas {
namespace {

/// The kernel takes these files in one piece.
bool write_once(const char* path, std::string_view text) {
  const int file = ::open(path, O_WRONLY | O_CLOEXEC);
  if (file < 0) return false;
  const ssize_t written = ::write(file, text.data(), text.size());
  const int error = errno;
  ::close(file);
  errno = error;
  return std::cmp_equal(written, text.size());
}

}  // namespace

MountNamespace::MountNamespace()
    : uid_map_(fmt::format("{0} {0} 1", ::geteuid())),
      gid_map_(fmt::format("{0} {0} 1", ::getegid())) {}

bool MountNamespace::enter() const {
  if (::unshare(CLONE_NEWNS) != 0 &&
      (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0 || !write_once("/proc/self/uid_map", uid_map_) ||
       !write_once("/proc/self/setgroups", "deny") ||
       !write_once("/proc/self/gid_map", gid_map_))) {
    return false;
  }
  // In a plain chroot `/` is no mount point and cannot be made private: mounts would then show
  // outside, so that counts as not being allowed to.
  return ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
}

}  // namespace xaas
