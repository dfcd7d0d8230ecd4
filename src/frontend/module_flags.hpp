// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <llvm/ADT/ArrayRef.h>
#include <llvm/ADT/StringRef.h>
#include <llvm/IR/Module.h>

namespace xaas {

/// Takes the flags of these names from the module.
void remove_module_flags(llvm::Module& module, llvm::ArrayRef<llvm::StringRef> names);

/// -fopenmp marks every module, and only code with directives depends on it: the mark goes where
/// nothing of OpenMP's runtime library is asked for and no function was outlined for it.
void remove_idle_openmp_flag(llvm::Module& module);

}  // namespace xaas
