// SPDX-License-Identifier: Apache-2.0
#include "numerics.hpp"

#include <llvm/ADT/STLExtras.h>
#include <llvm/Analysis/LoopInfo.h>
#include <llvm/IR/Dominators.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/Instructions.h>
#include <llvm/IR/IntrinsicInst.h>
#include <llvm/IR/Module.h>
#include <llvm/IR/Operator.h>

#include <string>

namespace xaas {
namespace {

/// What the instructions of one function do.
struct Traits {
  bool multiply_add = false;
  bool contracted = false;
  bool fast_math = false;
};

/// Whether a directive (`omp simd`, `clang loop vectorize(enable)`) asks for vectors: then the
/// vectorizer may take sums apart without any fast-math flag (LoopVectorizeHints, allowReordering).
bool asks_for_vectors(const llvm::Loop& loop) {
  if (const auto asked = llvm::getOptionalBoolLoopAttribute(&loop, "llvm.loop.vectorize.enable"))
    return *asked;
  return llvm::getOptionalIntLoopAttribute(&loop, "llvm.loop.vectorize.width").value_or(1) > 1;
}

/// Whether a floating-point value goes from one iteration to the next, as in a sum; a function that
/// is called may do that too, by way of the memory, once it is inlined.
bool carries_a_number(const llvm::Loop& loop) {
  for (const llvm::PHINode& phi : loop.getHeader()->phis())
    if (phi.getType()->isFPOrFPVectorTy()) return true;
  for (const llvm::BasicBlock* block : loop.blocks()) {
    for (const llvm::Instruction& instruction : *block) {
      const auto* store = llvm::dyn_cast<llvm::StoreInst>(&instruction);
      if (store != nullptr && store->getValueOperand()->getType()->isFPOrFPVectorTy() &&
          loop.isLoopInvariant(store->getPointerOperand()))
        return true;
      const auto* call = llvm::dyn_cast<llvm::CallBase>(&instruction);
      if (call != nullptr && !llvm::isa<llvm::IntrinsicInst>(call) && call->mayWriteToMemory())
        return true;
    }
  }
  return false;
}

bool reorders_sums(llvm::Function& function) {
  if (function.isDeclaration()) return false;
  const llvm::DominatorTree dominators(function);
  const llvm::LoopInfo loops(dominators);
  return llvm::any_of(loops.getLoopsInPreorder(), [](const llvm::Loop* loop) {
    return asks_for_vectors(*loop) && carries_a_number(*loop);
  });
}

/// "exp" for a call of `exp`, `llvm.exp.f64` or a strict form of it; "" for any other.
std::string math_function_of(const llvm::CallBase& call) {
  const llvm::Function* callee = call.getCalledFunction();
  if (callee == nullptr || !callee->isDeclaration()) return {};
  llvm::StringRef name = callee->getName();
  if (callee->isIntrinsic()) {
    name = llvm::Intrinsic::getBaseName(callee->getIntrinsicID());
    name.consume_front("llvm.");
    name.consume_front("experimental.constrained.");
  }
  return is_inexact_math_function(name) ? name.str() : std::string();
}

void look_at_call(const llvm::CallBase& call, Traits& traits, Numerics& numerics) {
  const auto id = call.getIntrinsicID();
  if (id == llvm::Intrinsic::fmuladd || id == llvm::Intrinsic::experimental_constrained_fmuladd)
    traits.multiply_add = true;
  // Its order of operations is not fixed.
  if (id == llvm::Intrinsic::powi) traits.fast_math = true;
  std::string name = math_function_of(call);
  if (name.empty()) return;
  // An intrinsic may be evaluated by the compiler, with the library that the compiler has.
  if (id != llvm::Intrinsic::not_intrinsic) traits.fast_math = true;
  numerics.math_calls.insert(std::move(name));
}

Traits traits_of(llvm::Function& function, Numerics& numerics) {
  Traits traits{.fast_math = reorders_sums(function)};
  for (const llvm::Instruction& instruction : llvm::instructions(function)) {
    if (const auto* call = llvm::dyn_cast<llvm::CallBase>(&instruction))
      look_at_call(*call, traits, numerics);
    if (!llvm::isa<llvm::FPMathOperator>(instruction)) continue;
    llvm::FastMathFlags flags = instruction.getFastMathFlags();
    if (flags.allowContract()) traits.contracted = true;
    flags.setAllowContract(false);
    if (flags.any()) traits.fast_math = true;
  }
  return traits;
}

}  // namespace

Numerics numerics_of(llvm::Module& module) {
  Numerics numerics;
  for (llvm::Function& function : module) {
    const Traits traits = traits_of(function, numerics);
    if (traits.multiply_add) ++numerics.multiply_adds;
    if (traits.fast_math) {
      ++numerics.fast_math;
    } else if (traits.contracted) {
      ++numerics.contracted;
    }
  }
  return numerics;
}

}  // namespace xaas
