// SPDX-License-Identifier: Apache-2.0
#include "module_flags.hpp"

#include <llvm/ADT/STLExtras.h>
#include <llvm/ADT/SmallVector.h>
#include <llvm/IR/Metadata.h>

namespace xaas {
namespace {

bool is_of_openmp(const llvm::GlobalValue& value) {
  const llvm::StringRef name = value.getName();
  return name.starts_with("__kmpc_") || name.starts_with("omp_") || name.starts_with("__tgt_") ||
         name.starts_with(".omp") || name.contains(".omp_outlined") || name.starts_with(".gomp");
}

}  // namespace

void remove_module_flags(llvm::Module& module, llvm::ArrayRef<llvm::StringRef> names) {
  llvm::NamedMDNode* flags = module.getModuleFlagsMetadata();
  if (flags == nullptr) return;
  llvm::SmallVector<llvm::MDNode*> kept;
  for (llvm::MDNode* flag : flags->operands()) {
    const auto* name = llvm::dyn_cast_or_null<llvm::MDString>(flag->getOperand(1));
    if (name == nullptr || !llvm::is_contained(names, name->getString())) kept.push_back(flag);
  }
  flags->clearOperands();
  for (llvm::MDNode* flag : kept) flags->addOperand(flag);
}

void remove_idle_openmp_flag(llvm::Module& module) {
  const auto values = module.global_values();
  if (llvm::none_of(values, is_of_openmp)) remove_module_flags(module, {"openmp"});
}

}  // namespace xaas
