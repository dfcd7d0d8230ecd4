// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace llvm {
class Module;
}

namespace xaas {

/// Whether Clang may have made other code of the same text for another processor, calls apart: it
/// computes in half precision with single precision unless the processor can do better, and
/// `omp simd aligned(x)` promises the processor's widest alignment.
bool has_processor_bound_code(const llvm::Module& module);

}  // namespace xaas
