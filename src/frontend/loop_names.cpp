// SPDX-License-Identifier: Apache-2.0
#include "loop_names.hpp"

#include <llvm/Analysis/LoopInfo.h>
#include <llvm/IR/DebugInfoMetadata.h>
#include <llvm/IR/Dominators.h>
#include <llvm/IR/Module.h>

namespace xaas {
namespace {

llvm::MDNode* loop_id(const llvm::BasicBlock& block) {
  return block.getTerminator()->getMetadata(llvm::LLVMContext::MD_loop);
}

/// What it says about the loop: neither which one it is, nor where it stands in the text.
llvm::SmallVector<llvm::Metadata*> properties(const llvm::MDNode& id) {
  llvm::SmallVector<llvm::Metadata*> kept;
  for (const llvm::MDOperand& operand : llvm::drop_begin(id.operands()))
    if (!llvm::isa_and_nonnull<llvm::DILocation>(operand.get())) kept.push_back(operand.get());
  return kept;
}

llvm::MDNode* renamed(const llvm::MDNode& id) {
  const llvm::SmallVector<llvm::Metadata*> operands(id.op_begin(), id.op_end());
  llvm::MDNode* fresh = llvm::MDNode::getDistinct(id.getContext(), operands);
  fresh->replaceOperandWith(0, fresh);
  return fresh;
}

bool say_the_same(llvm::ArrayRef<llvm::BasicBlock*> latches) {
  const llvm::MDNode* first = loop_id(*latches.front());
  return first != nullptr && llvm::all_of(latches, [&](const llvm::BasicBlock* latch) {
           const llvm::MDNode* id = loop_id(*latch);
           return id != nullptr && properties(*id) == properties(*first);
         });
}

void rename_loops(llvm::Function& function) {
  for (llvm::BasicBlock& block : function) {
    if (const llvm::MDNode* id = loop_id(block))
      block.getTerminator()->setMetadata(llvm::LLVMContext::MD_loop, renamed(*id));
  }
  const llvm::DominatorTree dominators(function);
  const llvm::LoopInfo loops(dominators);
  for (const llvm::Loop* loop : loops.getLoopsInPreorder()) {
    llvm::SmallVector<llvm::BasicBlock*> latches;
    loop->getLoopLatches(latches);
    if (say_the_same(latches)) loop->setLoopID(loop_id(*latches.front()));
  }
}

}  // namespace

void rename_loops(llvm::Module& module) {
  for (llvm::Function& function : module)
    if (!function.isDeclaration()) rename_loops(function);
}

}  // namespace xaas
