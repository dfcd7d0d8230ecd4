// SPDX-License-Identifier: Apache-2.0
#include "fixed_path.hpp"

#include "xaas/support/process.hpp"

#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
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

}  // namespace

FixedPath::FixedPath(std::string work) : work_(std::move(work)) {}

std::function<Status()> FixedPath::entering(std::string folder) const {
  return [work = work_, mounts = mounts_, folder = std::move(folder)]() -> Status {
    if (!mounts.enter()) return fail(ErrorKind::unsupported, "no mount namespace");
    const bool mounted =
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
