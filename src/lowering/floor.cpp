// SPDX-License-Identifier: Apache-2.0
#include "floor.hpp"

#include <llvm/ADT/SmallPtrSet.h>
#include <llvm/ADT/SmallVector.h>
#include <llvm/IR/Constants.h>
#include <llvm/IR/GlobalIFunc.h>
#include <llvm/IR/InlineAsm.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/Instructions.h>
#include <llvm/IR/IntrinsicInst.h>
#include <llvm/IR/Module.h>
#include <llvm/TargetParser/Triple.h>

#include <algorithm>
#include <array>

namespace xaas {
namespace {

using Functions = std::set<const llvm::Function*>;

// 128 bits travel in one register on every x86-64 and armv8-a processor. Wider ones travel in one
// register with AVX and in two, or in memory, without: caller and callee must agree.
bool is_wide_vector(const llvm::Type* type) {
  if (llvm::isa<llvm::ScalableVectorType>(type) || type->isX86_AMXTy()) return true;
  const auto* vector = llvm::dyn_cast<llvm::FixedVectorType>(type);
  return vector != nullptr && vector->getPrimitiveSizeInBits().getFixedValue() > 128;
}

bool passes_wide_vectors(const llvm::FunctionType& type) {
  return is_wide_vector(type.getReturnType()) || std::ranges::any_of(type.params(), is_wide_vector);
}

bool is_intrinsic_beyond_baseline(llvm::StringRef name) {
  constexpr std::array k_baseline = {"llvm.x86.sse.", "llvm.x86.sse2.", "llvm.x86.rdtsc",
                                     "llvm.aarch64.neon."};
  if (!name.starts_with("llvm.x86.") && !name.starts_with("llvm.aarch64.")) return false;
  return std::ranges::none_of(k_baseline,
                              [&](const char* prefix) { return name.starts_with(prefix); });
}

/// AArch64's assembler refuses instructions of extensions that the function does not have.
bool is_checked_assembly(const llvm::CallBase& call) {
  const auto* assembly = llvm::dyn_cast<llvm::InlineAsm>(call.getCalledOperand());
  return assembly != nullptr && !assembly->getAsmString().empty() &&
         call.getModule()->getTargetTriple().isAArch64();
}

bool call_needs_floor(const llvm::CallBase& call) {
  const llvm::Function* callee = call.getCalledFunction();
  if (callee != nullptr && callee->isIntrinsic())
    return is_intrinsic_beyond_baseline(callee->getName());
  return passes_wide_vectors(*call.getFunctionType()) || is_checked_assembly(call);
}

bool needs_floor(const llvm::Function& function) {
  if (passes_wide_vectors(*function.getFunctionType())) return true;
  return std::ranges::any_of(llvm::instructions(function),
                             [](const llvm::Instruction& instruction) {
                               const llvm::Type* type = instruction.getType();
                               if (llvm::isa<llvm::ScalableVectorType>(type) || type->isX86_AMXTy())
                                 return true;
                               const auto* call = llvm::dyn_cast<llvm::CallBase>(&instruction);
                               return call != nullptr && call_needs_floor(*call);
                             });
}

/// Functions that `value` names, directly or inside a constant expression.
void collect_functions(const llvm::Value* value, Functions& found) {
  llvm::SmallVector<const llvm::Value*> pending{value};
  llvm::SmallPtrSet<const llvm::Value*, 16> seen;
  while (!pending.empty()) {
    const llvm::Value* next = pending.pop_back_val();
    if (!seen.insert(next).second) continue;
    if (const auto* function = llvm::dyn_cast<llvm::Function>(next)) found.insert(function);
    const auto* constant = llvm::dyn_cast<llvm::Constant>(next);
    if (constant == nullptr || llvm::isa<llvm::GlobalValue>(constant)) continue;
    for (const llvm::Use& operand : constant->operands()) pending.push_back(operand);
  }
}

void add_resolvers(const llvm::Module& module, Functions& safe) {
  for (const llvm::GlobalIFunc& ifunc : module.ifuncs()) {
    const llvm::Function* resolver = ifunc.getResolverFunction();
    if (resolver == nullptr) continue;
    safe.insert(resolver);
    for (const llvm::Instruction& instruction : llvm::instructions(*resolver))
      for (const llvm::Use& operand : instruction.operands()) collect_functions(operand, safe);
  }
}

bool is_called_only_by(const llvm::Function& function, const Functions& callers) {
  return function.hasLocalLinkage() && !function.use_empty() &&
         std::ranges::all_of(function.users(), [&](const llvm::User* user) {
           const auto* call = llvm::dyn_cast<llvm::CallBase>(user);
           return call != nullptr && call->getCalledOperand() == &function &&
                  callers.contains(call->getFunction());
         });
}

void add_startup(const llvm::Module& module, Functions& safe) {
  Functions startup;
  for (const char* name : {"llvm.global_ctors", "llvm.global_dtors"}) {
    const llvm::GlobalVariable* list = module.getNamedGlobal(name);
    if (list != nullptr && list->hasInitializer())
      for (const llvm::Use& entry : list->getInitializer()->operands())
        collect_functions(entry, startup);
  }
  for (std::size_t before = 0; before != startup.size();) {
    before = startup.size();
    for (const llvm::Function& function : module)
      if (is_called_only_by(function, startup)) startup.insert(&function);
  }
  safe.insert(startup.begin(), startup.end());
}

}  // namespace

std::set<const llvm::Function*> functions_without_floor(const llvm::Module& module) {
  Functions safe;
  add_resolvers(module, safe);
  add_startup(module, safe);
  for (const llvm::Function& function : module)
    if (function.isWeakForLinker() || function.hasComdat() ||
        function.hasAvailableExternallyLinkage() || function.hasFnAttribute("xaas-floor"))
      safe.insert(&function);
  std::erase_if(safe, [](const llvm::Function* function) { return needs_floor(*function); });
  return safe;
}

}  // namespace xaas
