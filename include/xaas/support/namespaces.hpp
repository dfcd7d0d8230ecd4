// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace xaas {

/// Mounts of a child's own, that nobody outside of it sees. Made before the fork, entered behind
/// it.
class MountNamespace {
 public:
  MountNamespace();

  /// For this process, which has one thread: system calls only. Where the machine does not allow
  /// it, false, and errno says why. Without CAP_SYS_ADMIN in a user namespace of its own, in which
  /// we stay who we are: files keep their owner.
  [[nodiscard]] bool enter() const;

 private:
  std::string uid_map_;
  std::string gid_map_;
};

}  // namespace xaas
