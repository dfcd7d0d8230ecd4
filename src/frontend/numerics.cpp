// SPDX-License-Identifier: Apache-2.0
#include "numerics.hpp"

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

Traits traits_of(const llvm::Function& function, Numerics& numerics) {
  Traits traits;
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

Numerics numerics_of(const llvm::Module& module) {
  Numerics numerics;
  for (const llvm::Function& function : module) {
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
