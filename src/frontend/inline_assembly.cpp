// SPDX-License-Identifier: Apache-2.0
#include "inline_assembly.hpp"

#include <llvm/IR/InlineAsm.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/Instructions.h>
#include <llvm/IR/Module.h>

namespace xaas {
namespace {

std::string file_reading_directive(llvm::StringRef assembly) {
  for (const char* directive : {".incbin", ".include"})
    if (assembly.contains_insensitive(directive)) return directive;
  return {};
}

std::string file_reading_directive(const llvm::Function& function) {
  for (const llvm::Instruction& instruction : llvm::instructions(function)) {
    const auto* call = llvm::dyn_cast<llvm::CallBase>(&instruction);
    if (call == nullptr || !call->isInlineAsm()) continue;
    const auto* assembly = llvm::cast<llvm::InlineAsm>(call->getCalledOperand());
    std::string found = file_reading_directive(assembly->getAsmString());
    if (!found.empty()) return found;
  }
  return {};
}

}  // namespace

std::string file_reading_directive(const llvm::Module& module) {
  std::string found = file_reading_directive(llvm::StringRef(module.getModuleInlineAsm()));
  for (auto function = module.begin(); found.empty() && function != module.end(); ++function)
    found = file_reading_directive(*function);
  return found;
}

}  // namespace xaas
