// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace llvm {
class Module;
}

namespace xaas {

/// Lets debug information say that the source tree lies in `folder`.
void move_source(llvm::Module& module, const std::string& folder);

}  // namespace xaas
