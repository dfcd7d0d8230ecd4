// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>

namespace llvm {
class Module;
}

namespace xaas {

/// Strings of the program that contain `folder`; nothing when `folder` is empty.
std::set<std::string> strings_naming(const llvm::Module& module, const std::string& folder);

}  // namespace xaas
