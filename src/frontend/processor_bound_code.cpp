// SPDX-License-Identifier: Apache-2.0
#include "processor_bound_code.hpp"

#include <llvm/IR/InstIterator.h>
#include <llvm/IR/Instructions.h>
#include <llvm/IR/IntrinsicInst.h>
#include <llvm/IR/Module.h>

namespace xaas {
namespace {

bool is_half(const llvm::Type* type) {
  const llvm::Type* scalar = type->getScalarType();
  return scalar->isHalfTy() || scalar->isBFloatTy();
}

bool assumes_alignment(const llvm::Instruction& instruction) {
  const auto* call = llvm::dyn_cast<llvm::AssumeInst>(&instruction);
  if (call == nullptr) return false;
  for (unsigned i = 0; i < call->getNumOperandBundles(); ++i)
    if (call->getOperandBundleAt(i).getTagName() == "align") return true;
  return false;
}

bool is_bound(const llvm::Instruction& instruction) {
  if (is_half(instruction.getType()) || assumes_alignment(instruction)) return true;
  return llvm::any_of(instruction.operands(),
                      [](const llvm::Use& use) { return is_half(use->getType()); });
}

}  // namespace

bool has_processor_bound_code(const llvm::Module& module) {
  for (const llvm::Function& function : module) {
    for (const llvm::Instruction& instruction : llvm::instructions(function))
      if (is_bound(instruction)) return true;
  }
  return false;
}

}  // namespace xaas
