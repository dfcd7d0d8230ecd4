// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/capture/build.hpp"
#include "xaas/support/process.hpp"
#include "xaas/support/result.hpp"

#include <functional>
#include <string>
#include <vector>

namespace xaas {

/// What it takes to compile parts of a build again when it is over.
struct FinishedBuild {
  std::string c_compiler;  // the real ones
  std::string cxx_compiler;
  std::vector<std::string> path_maps;  // flags that stood before the build's own in each compile
  /// A command as the build itself would have run it in `folder`: with its environment, and under
  /// the fixed path where it ran under that.
  std::function<Command(Command command, const std::string& folder)> inside;
};

Result<FinishedBuild> reopen_build(const BuildResult& build);

}  // namespace xaas
