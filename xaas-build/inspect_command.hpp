// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/result.hpp"

#include <string>

namespace xaas {

/// `xaas-build inspect IMAGE`.
struct InspectOptions {
  std::string image;
  std::string why;    // a source; empty: show the image
  bool json = false;  // the IR manifest as it is
};

Result<int> run_inspect_command(const InspectOptions& options);

}  // namespace xaas
