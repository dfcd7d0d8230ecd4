// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "build_configurations.hpp"
#include "ir_command.hpp"

#include "xaas/support/files.hpp"
#include "xaas/support/result.hpp"

#include <optional>

namespace xaas {

/// Where a capture works: the user's own folder with --keep, else one that goes away.
class WorkFolder {
 public:
  /// `build.keep-exists` when the user's folder holds something that may not be replaced or, with
  /// --resume, gone on with; `build.work-in-use` while another run works in it.
  static Result<WorkFolder> make(const IrOptions& options, bool has_configurations);

  [[nodiscard]] const WorkPlace& place() const { return place_; }

 private:
  WorkPlace place_;
  std::optional<TemporaryFolder> temporary_;
  std::optional<FileLock> lock_;  // on a folder that a later run may go on with
};

}  // namespace xaas
