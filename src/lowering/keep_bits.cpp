// SPDX-License-Identifier: Apache-2.0
#include "keep_bits.hpp"

#include "xaas/ir/numerics.hpp"

#include <llvm/ADT/STLExtras.h>
#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/IntrinsicInst.h>
#include <llvm/IR/Module.h>
#include <llvm/IR/Operator.h>

namespace xaas {
namespace {

/// Its generic machine code has fused multiply-adds when its author asked for the instruction.
bool has_own_fma(const llvm::Function& function) {
  llvm::SmallVector<llvm::StringRef> entries;
  function.getFnAttribute("target-features").getValueAsString().split(entries, ',');
  return llvm::is_contained(entries, "+fma") || llvm::is_contained(entries, "+fma4");
}

/// A product and a sum for a multiply-add, with the rounding and exceptions that it asks for.
llvm::Value* split(llvm::IRBuilder<>& builder, llvm::CallBase& call) {
  auto* strict = llvm::dyn_cast<llvm::ConstrainedFPIntrinsic>(&call);
  builder.setIsFPConstrained(strict != nullptr);
  if (strict != nullptr) {
    builder.setDefaultConstrainedRounding(*strict->getRoundingMode());
    builder.setDefaultConstrainedExcept(*strict->getExceptionBehavior());
  }
  llvm::FastMathFlags flags = call.getFastMathFlags();
  flags.setAllowContract(false);
  builder.setFastMathFlags(flags);
  llvm::Value* product = builder.CreateFMul(call.getArgOperand(0), call.getArgOperand(1));
  return builder.CreateFAdd(product, call.getArgOperand(2));
}

bool is_multiply_add(const llvm::CallBase* call) {
  return call != nullptr &&
         (call->getIntrinsicID() == llvm::Intrinsic::fmuladd ||
          call->getIntrinsicID() == llvm::Intrinsic::experimental_constrained_fmuladd);
}

void split_multiply_adds(llvm::Function& function) {
  llvm::SmallVector<llvm::CallBase*> calls;
  for (llvm::Instruction& instruction : llvm::instructions(function)) {
    if (llvm::isa<llvm::FPMathOperator>(instruction)) instruction.setHasAllowContract(false);
    auto* call = llvm::dyn_cast<llvm::CallBase>(&instruction);
    if (is_multiply_add(call)) calls.push_back(call);
  }
  for (llvm::CallBase* call : calls) {
    llvm::IRBuilder<> builder(call);
    call->replaceAllUsesWith(split(builder, *call));
    call->eraseFromParent();
  }
}

/// The compiler would evaluate them with the C library that it runs with.
void leave_to_the_library(llvm::Function& function) {
  for (llvm::Instruction& instruction : llvm::instructions(function)) {
    auto* call = llvm::dyn_cast<llvm::CallBase>(&instruction);
    if (call == nullptr || call->getCalledFunction() == nullptr) continue;
    const llvm::StringRef name = call->getCalledFunction()->getName();
    if (is_inexact_math_function({name.data(), name.size()}))
      call->addFnAttr(llvm::Attribute::NoBuiltin);
  }
}

}  // namespace

void keep_bits(llvm::Module& module, bool fused) {
  for (llvm::Function& function : module) {
    leave_to_the_library(function);
    if (!fused && !has_own_fma(function)) split_multiply_adds(function);
  }
}

}  // namespace xaas
