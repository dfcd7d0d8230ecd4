// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "record/deployment_record.hpp"

#include "xaas/support/result.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace xaas {

/// What people have put into a tree, or written in one of its files that are no products, as paths
/// below it.
struct CarriedOver {
  std::vector<std::string> kept;  // is in the new tree, too
  std::vector<std::string> left;  // is in the old one alone: the new one's file is another
};

struct TreeChange {
  std::filesystem::path old_tree;
  std::filesystem::path new_tree;
  const DeploymentRecord& record;  // of the new one
};

/// Copies it from the old tree into the new one, which is made from the same image and has not
/// taken its place yet.
Result<CarriedOver> carry_over(const TreeChange& change);

}  // namespace xaas
