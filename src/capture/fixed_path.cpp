// SPDX-License-Identifier: Apache-2.0
#include "fixed_path.hpp"

#include "xaas/support/process.hpp"

#include <fmt/core.h>

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>
#include <utility>

namespace xaas {
namespace {

/// /tmp is everybody's: the mount point must be a real folder that nobody else can rename. The
/// sticky bit of /tmp keeps others from renaming ours or root's.
bool has_safe_mount_point() {
  struct stat info{};
  if (::mkdir(k_fixed_folder, 0755) != 0 && errno != EEXIST) return false;
  if (::lstat(k_fixed_folder, &info) != 0) return false;
  return S_ISDIR(info.st_mode) && (info.st_uid == ::geteuid() || info.st_uid == 0);
}

bool write_once(const char* path, std::string_view text) {
  const int file = ::open(path, O_WRONLY | O_CLOEXEC);
  if (file < 0) return false;
  const ssize_t written = ::write(file, text.data(), text.size());
  ::close(file);
  return written == static_cast<ssize_t>(text.size());
}

}  // namespace

FixedPath::FixedPath(std::string work)
    : work_(std::move(work)),
      uid_map_(fmt::format("{0} {0} 1\n", ::geteuid())),
      gid_map_(fmt::format("{0} {0} 1\n", ::getegid())) {}

std::function<Status()> FixedPath::entering(std::string folder) const {
  return [work = work_, uids = uid_map_, gids = gid_map_, folder = std::move(folder)]() -> Status {
    if (::unshare(CLONE_NEWNS) != 0) {
      // Without CAP_SYS_ADMIN a user namespace gives it, in which we stay who we are.
      const bool mapped = ::unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 &&
                          write_once("/proc/self/setgroups", "deny") &&
                          write_once("/proc/self/uid_map", uids) &&
                          write_once("/proc/self/gid_map", gids);
      if (!mapped) return fail(ErrorKind::unsupported, "no mount namespace");
    }
    const bool mounted =
        ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
        ::mount(work.c_str(), k_fixed_folder, nullptr, MS_BIND | MS_REC, nullptr) == 0 &&
        ::chdir(folder.c_str()) == 0;
    if (!mounted) return fail(ErrorKind::unsupported, "no bind mount on `{}`", k_fixed_folder);
    return {};
  };
}

std::optional<FixedPath> FixedPath::try_for(const std::string& work) {
  const std::string inside = std::string(k_fixed_folder) + "/";
  // Mounted there, the work folder would hide itself.
  if ((work + "/").starts_with(inside) || !has_safe_mount_point()) return {};
  FixedPath fixed(work);
  Command trial{.argv = {"true"}};
  trial.in_child = fixed.entering(k_fixed_folder);
  const auto outcome = run(trial);
  if (!outcome || !outcome->succeeded()) return {};
  return fixed;
}

}  // namespace xaas
