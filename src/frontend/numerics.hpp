// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/ir/numerics.hpp"

namespace llvm {
class Module;
}

namespace xaas {

/// What of the module's results may differ with how it is lowered.
Numerics numerics_of(llvm::Module& module);

}  // namespace xaas
