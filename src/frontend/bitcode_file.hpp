// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/result.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace llvm {
class LLVMContext;
class Module;
}  // namespace llvm

namespace xaas {

/// `unsupported`, naming both versions, when something newer than our LLVM (or another producer)
/// wrote this. LLVM promises to read older bitcode only; newer is refused before it is parsed.
Status check_producer(std::string_view bitcode);

/// The parsed and verified module; `corrupt` otherwise, `unsupported` when it is for a processor
/// that we do not lower for. The module keeps no reference to `bitcode`.
Result<std::unique_ptr<llvm::Module>> read_bitcode(std::string_view bitcode,
                                                   llvm::LLVMContext& context);

enum class Summary { none, thin_lto };

/// A bitcode file with symbol table; with Summary::thin_lto also the ThinLTO summary and the hash
/// of the module.
std::string write_bitcode(const llvm::Module& module, Summary summary);

}  // namespace xaas
