// SPDX-License-Identifier: Apache-2.0
#include "vector_calls.hpp"

#include <llvm/IR/DerivedTypes.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/Instructions.h>
#include <llvm/IR/Module.h>
#include <llvm/TargetParser/Triple.h>

#include <fmt/core.h>

#include <algorithm>

// x86-64 psABI 3.2.3. Clang passes arguments that are too wide in memory, and says so in the IR,
// where every processor reads the same; but what a function returns stays a vector in the IR, and
// the back end decides when it knows the processor.

namespace xaas {
namespace {

std::uint64_t widest_vector_bits(const llvm::Type* type) {
  if (const auto* vector = llvm::dyn_cast<llvm::FixedVectorType>(type))
    return vector->getPrimitiveSizeInBits().getFixedValue();
  std::uint64_t widest = 0;
  if (type->isStructTy() || type->isArrayTy())
    for (const llvm::Type* part : type->subtypes())
      widest = std::max(widest, widest_vector_bits(part));
  return widest;
}

std::uint64_t widest_vector_bits(const llvm::FunctionType& type) {
  std::uint64_t widest = widest_vector_bits(type.getReturnType());
  for (const llvm::Type* parameter : type.params())
    widest = std::max(widest, widest_vector_bits(parameter));
  return widest;
}

std::uint64_t register_bits(const llvm::Function& function) {
  llvm::SmallVector<llvm::StringRef> entries;
  function.getFnAttribute("target-features").getValueAsString().split(entries, ',');
  if (llvm::is_contained(entries, "+avx512f")) return 512;
  return llvm::is_contained(entries, "+avx") ? 256 : 128;
}

bool stays_in_unit(const llvm::Function& function) {
  return function.hasLocalLinkage() && !function.hasAddressTaken();
}

std::string quoted(const llvm::Function& function) {
  return "`" + function.getName().str() + "`";
}

/// "" when the call stays in the unit or is no call.
std::string name_of_callee(const llvm::CallBase& call) {
  const llvm::Function* callee = call.getCalledFunction();
  if (callee == nullptr) return call.isInlineAsm() ? "" : "a call by pointer";
  return callee->isIntrinsic() || stays_in_unit(*callee) ? "" : quoted(*callee);
}

std::string complaint(const std::string& name, std::uint64_t bits) {
  return fmt::format("{} passes {}-bit vectors by value", name, bits);
}

std::string processor_bound_calls(const llvm::Function& function) {
  const std::uint64_t width = register_bits(function);
  const std::uint64_t own = widest_vector_bits(*function.getFunctionType());
  if (own > width && !stays_in_unit(function)) return complaint(quoted(function), own);
  for (const llvm::Instruction& instruction : llvm::instructions(function)) {
    const auto* call = llvm::dyn_cast<llvm::CallBase>(&instruction);
    if (call == nullptr) continue;
    const std::uint64_t bits = widest_vector_bits(*call->getFunctionType());
    if (bits <= width) continue;
    if (std::string name = name_of_callee(*call); !name.empty()) return complaint(name, bits);
  }
  return {};
}

}  // namespace

std::string processor_bound_calls(const llvm::Module& module) {
  if (!module.getTargetTriple().isX86()) return {};
  for (const llvm::Function& function : module) {
    if (function.isDeclaration()) continue;
    if (std::string found = processor_bound_calls(function); !found.empty()) return found;
  }
  return {};
}

}  // namespace xaas
