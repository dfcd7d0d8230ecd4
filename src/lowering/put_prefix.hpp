// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace llvm {
class Module;
}

namespace xaas {

/// Puts `prefix` in place of `placeholder`, which is as long, in every constant of bytes: before
/// code generation, which takes short strings apart into instructions.
void put_prefix(llvm::Module& module, const std::string& placeholder, const std::string& prefix);

}  // namespace xaas
