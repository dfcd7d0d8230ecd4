// SPDX-License-Identifier: Apache-2.0
#include "build_paths.hpp"

#include <llvm/ADT/SmallPtrSet.h>
#include <llvm/ADT/SmallVector.h>
#include <llvm/IR/Constants.h>
#include <llvm/IR/Module.h>

namespace xaas {
namespace {

/// The NUL-terminated strings in `bytes` that contain `folder`: one array may hold several.
void collect(llvm::StringRef bytes, llvm::StringRef folder, std::set<std::string>& found) {
  while (bytes.contains(folder)) {
    const auto [text, rest] = bytes.split('\0');
    if (text.contains(folder)) found.insert(text.str());
    bytes = rest;
  }
}

void collect_from_data(const llvm::Module& module, llvm::StringRef folder,
                       std::set<std::string>& found) {
  llvm::SmallVector<const llvm::Constant*> pending;
  llvm::SmallPtrSet<const llvm::Constant*, 32> seen;
  for (const llvm::GlobalVariable& variable : module.globals())
    if (variable.hasInitializer()) pending.push_back(variable.getInitializer());
  while (!pending.empty()) {
    const llvm::Constant* constant = pending.pop_back_val();
    if (llvm::isa<llvm::GlobalValue>(constant) || !seen.insert(constant).second) continue;
    if (const auto* data = llvm::dyn_cast<llvm::ConstantDataSequential>(constant))
      collect(data->getRawDataValues(), folder, found);
    for (const llvm::Use& operand : constant->operands())
      if (const auto* inner = llvm::dyn_cast<llvm::Constant>(operand)) pending.push_back(inner);
  }
}

}  // namespace

std::set<std::string> strings_naming(const llvm::Module& module, const std::string& folder) {
  std::set<std::string> found;
  if (folder.empty()) return found;
  collect_from_data(module, folder, found);
  return found;
}

}  // namespace xaas
