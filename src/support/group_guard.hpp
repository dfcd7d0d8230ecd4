// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "file_descriptor.hpp"

#include <sys/types.h>

namespace xaas {

/// Ends a child's process group when this process is killed while it lives. PR_SET_PDEATHSIG does
/// that for a child alone: what a shell or make started would go on, unwatched, in a folder that
/// the next run removes.
class GroupGuard {
 public:
  /// Nothing where no process can be had: a guard is a precaution, not a condition.
  explicit GroupGuard(pid_t group);
  GroupGuard(const GroupGuard&) = delete;
  GroupGuard& operator=(const GroupGuard&) = delete;
  GroupGuard(GroupGuard&&) = delete;
  GroupGuard& operator=(GroupGuard&&) = delete;
  ~GroupGuard();

 private:
  FileDescriptor alive_;  // closes when we end, however that happens
  pid_t pid_ = -1;
};

}  // namespace xaas
