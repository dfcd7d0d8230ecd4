// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/files.hpp"
#include "xaas/support/result.hpp"

#include <filesystem>
#include <optional>

// Beside a deployment NAME lies, in the same folder, what its upkeep keeps:
//
//   .NAME.xaas-previous   the deployment before, for `rollback`
//   .NAME.xaas-lock       while one process works on it
//   .NAME.xaas-aside      for a moment, where a file system cannot exchange two folders at once
//
// so that all moves are within one file system. At every moment the deployment is at one of these
// names, whole; the last one is looked at first by whoever comes next.

namespace xaas {

/// Where a folder that a user names lies, or would lie.
std::filesystem::path place_of(const std::filesystem::path& folder);

std::filesystem::path previous_of(const std::filesystem::path& place);

/// Whether a folder is kept for a deployment beside it, or is a temporary one.
bool is_kept_beside(const std::filesystem::path& folder);

/// The deployment whose folder was set aside by this name; empty for any other name.
std::optional<std::filesystem::path> place_set_aside(const std::filesystem::path& folder);

/// One process at a time works on a place: `upkeep.locked` names the other one. The file is removed
/// with the lock.
class PlaceLock {
 public:
  static Result<PlaceLock> take(const std::filesystem::path& place);
  PlaceLock(PlaceLock&& other) noexcept;
  PlaceLock& operator=(PlaceLock&&) = delete;
  PlaceLock(const PlaceLock&) = delete;
  PlaceLock& operator=(const PlaceLock&) = delete;
  ~PlaceLock();

 private:
  PlaceLock(std::filesystem::path path, FileLock lock)
      : path_(std::move(path)), lock_(std::move(lock)) {}
  std::filesystem::path path_;
  FileLock lock_;
};

/// Whether a run that was killed has set it aside.
bool is_set_aside(const std::filesystem::path& place);

/// Brings back what a run that was killed has set aside.
Status mend_place(const std::filesystem::path& place);

/// Exchanges the deployment with the previous one, in one step where the file system can.
/// `upkeep.exchange` when it cannot be moved: then all is as it was.
Status exchange_with_previous(const std::filesystem::path& place);

/// Where nothing is at the place: the previous one is put there.
Status bring_back_previous(const std::filesystem::path& place);

/// A new deployment for a place, and where the previous one goes that is then no longer kept. All
/// three are in one file system.
struct Replacement {
  std::filesystem::path place;
  std::filesystem::path made;
  std::filesystem::path attic;
};

/// The new deployment takes the place, and what was there is the previous one. After an error all
/// is as it was.
Status put_in_place(const Replacement& replacement);

/// Undoes that.
Status take_back(const Replacement& replacement);

}  // namespace xaas
