// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/namespaces.hpp"
#include "xaas/support/result.hpp"

#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace xaas {

/// Where a build sees its work folder when a mount namespace can be had: paths that end up in
/// strings, debug information or configuration are then the same on every machine.
inline constexpr const char* k_fixed_folder = "/tmp/xaas-build";

/// Moves the calling process into a mount namespace of its own in which `k_fixed_folder` is `work`,
/// and changes to `folder`. Made before the fork, run after it: only system calls.
class FixedPath {
 public:
  /// Empty when this machine does not allow it; the build then runs in place.
  static std::optional<FixedPath> try_for(const std::string& work);

  /// Without a trial: a build has run so already.
  static FixedPath of_build(std::string work) { return FixedPath(std::move(work)); }

  /// For Command::in_child.
  [[nodiscard]] std::function<Status()> entering(std::string folder) const;

 private:
  explicit FixedPath(std::string work);
  std::string work_;
  MountNamespace mounts_;
};

}  // namespace xaas
