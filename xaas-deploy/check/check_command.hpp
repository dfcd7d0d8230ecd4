// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/result.hpp"

#include <chrono>
#include <string>

namespace xaas {

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
