// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/result.hpp"

#include <filesystem>
#include <string>

namespace xaas {

/// `xaas-deploy relocate`: a tree that was moved finds its files again.
struct RelocateOptions {
  std::filesystem::path tree;
  std::filesystem::path prefix;  // empty: where the tree lies
};
Result<int> run_relocate_command(const RelocateOptions& options);

/// `xaas-deploy check`: whether a deployment is whole and in its place, and this machine has what
/// its programs need to start.
struct CheckOptions {
  std::string deployed;
  bool json = false;
};
Result<int> run_check_command(const CheckOptions& options);

}  // namespace xaas
