// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/result.hpp"

#include <chrono>
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
/// its programs need to start; whether several ranks of them form one world.
struct CheckOptions {
  std::string deployed;
  std::string launcher;           // of MPI programs; empty: the site's
  bool mpi = false;               // ranks are to be tried, by the MPI's own launcher if need be
  std::chrono::seconds wait{60};  // for what it starts
  bool json = false;
};
Result<int> run_check_command(const CheckOptions& options);

}  // namespace xaas
