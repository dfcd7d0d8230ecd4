// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/result.hpp"

#include <set>
#include <string>
#include <string_view>

namespace xaas {

/// A file of the Container Device Interface, by which container engines hand out devices.
struct CdiFile {
  std::string kind;             // "nvidia.com/gpu"
  std::set<std::string> nodes;  // device nodes of all its devices: "/dev/nvidia0"
};

/// Reads JSON, and YAML as programs write it; no more than a mebibyte.
Result<CdiFile> read_cdi(std::string_view text);

}  // namespace xaas
