// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/result.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace xaas {

/// Where LLVM's programs are looked for, in this order.
struct ToolPlaces {
  std::filesystem::path beside;  // the folder of this program: a tarball brings its own
  std::string search_path;       // PATH
  std::filesystem::path prefix;  // where distributions install LLVM
};

/// Those of this process.
ToolPlaces tool_places();

/// "clang", "ld.lld", "llvm-ar" ... of the one version that images are made with, or empty.
std::optional<std::filesystem::path> find_llvm_tool(const ToolPlaces& places,
                                                    const std::string& name);

/// The same where a build cannot do without: `capture.no-compiler` says where it was looked for,
/// and which package has it.
Result<std::string> require_llvm_tool(const ToolPlaces& places, const std::string& name,
                                      const std::string& package);

/// The prefix of xaas-build's tarball that a program of LLVM belongs to, links followed; empty
/// where it is the machine's own. It may lie anywhere: images call it `k_tools_prefix`.
std::filesystem::path tarball_of_tool(const std::filesystem::path& tool);

}  // namespace xaas
