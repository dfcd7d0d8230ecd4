// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compiler_tools.hpp"
#include "settings.hpp"

#include "xaas/support/result.hpp"

#include <filesystem>
#include <string>

namespace xaas {

/// The compilers and tools that a captured build ends up in. `not_found` names the missing package.
Result<WrapperSettings> find_real_tools(const ToolPlaces& places, std::string baseline);

/// Adds what the compile cache has to know of the compilers: their version and search path.
Status describe_compilers(WrapperSettings& settings);

/// Fills `folder` with links to the wrapper under every name that a build may use for a compiler or
/// linker, also versioned ones ("gcc-12") that the search path has, and with the archive tools.
/// `flang` is caught where there is one to run; gfortran's objects stay as they are. What machines
/// without binutils lack (`nm`, `strip` ...) is LLVM's there.
Status make_tools_folder(const std::filesystem::path& folder, const WrapperSettings& settings,
                         const ToolPlaces& places, const std::filesystem::path& wrapper);

/// xaas-cc where an installation has it: `libexec` beside the folder of this program.
Result<std::filesystem::path> installed_wrapper();

/// x86-64, armv8-a, ...: what every machine of this architecture has.
std::string architecture_baseline();

}  // namespace xaas
