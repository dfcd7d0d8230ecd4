// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace llvm {
class Module;
}

namespace xaas {

/// Makes the module compute, on any processor, what its machine code of the generic build computes.
/// `fused`: the generic build's processor has fused multiply-adds. Vectors of any width compute the
/// same, operation by operation; what may be reordered or approximated must not be in the module.
void keep_bits(llvm::Module& module, bool fused);

}  // namespace xaas
