// SPDX-License-Identifier: Apache-2.0
#include "debug_info.hpp"

#include <llvm/ADT/STLExtras.h>
#include <llvm/IR/DebugInfo.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/Metadata.h>
#include <llvm/IR/Module.h>

#include <array>

namespace xaas {
namespace {

/// clang's -g sets these, and stripping debug information leaves them.
constexpr auto k_debug_flags = std::to_array<llvm::StringRef>(
    {"Debug Info Version", "Dwarf Version", "DWARF64", "CodeView", "CodeViewGHash"});

void remove_debug_flags(llvm::Module& module) {
  llvm::NamedMDNode* flags = module.getModuleFlagsMetadata();
  if (flags == nullptr) return;
  llvm::SmallVector<llvm::MDNode*> kept;
  for (llvm::MDNode* flag : flags->operands()) {
    const auto* name = llvm::dyn_cast_or_null<llvm::MDString>(flag->getOperand(1));
    if (name == nullptr || !llvm::is_contained(k_debug_flags, name->getString()))
      kept.push_back(flag);
  }
  flags->clearOperands();
  for (llvm::MDNode* flag : kept) flags->addOperand(flag);
}

void remove_text_places(llvm::Function& function) {
  for (llvm::Instruction& instruction : llvm::instructions(function))
    instruction.setMetadata("srcloc", nullptr);
}

}  // namespace

void fix_metadata_names(llvm::LLVMContext& context) {
  for (const char* name : {"heapallocsite", "srcloc"}) context.getMDKindID(name);
}

bool has_debug_info(const llvm::Module& module) {
  return !module.debug_compile_units().empty();
}

void remove_debug_info(llvm::Module& module) {
  llvm::StripDebugInfo(module);
  remove_debug_flags(module);
  for (llvm::Function& function : module) remove_text_places(function);
}

}  // namespace xaas
