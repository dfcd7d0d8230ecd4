// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/result.hpp"

#include <filesystem>

namespace xaas {

/// `xaas-deploy relocate`: a tree that was moved finds its files again.
struct RelocateOptions {
  std::filesystem::path tree;
  std::filesystem::path prefix;  // empty: where the tree lies
};
Result<int> run_relocate_command(const RelocateOptions& options);

}  // namespace xaas
