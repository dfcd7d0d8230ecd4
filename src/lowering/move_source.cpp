// SPDX-License-Identifier: Apache-2.0
#include "move_source.hpp"

#include "xaas/ir/manifest.hpp"

#include <llvm/IR/DebugInfo.h>
#include <llvm/IR/Module.h>
#include <llvm/Support/Path.h>

namespace xaas {
namespace {

constexpr unsigned k_name = 0;  // DIFile's operands
constexpr unsigned k_folder = 1;

llvm::StringRef text_of(const llvm::DIFile& file, unsigned operand) {
  const auto* text = llvm::dyn_cast_or_null<llvm::MDString>(file.getOperand(operand));
  return text == nullptr ? llvm::StringRef() : text->getString();
}

void set_text(llvm::DIFile& file, unsigned operand, llvm::StringRef text) {
  file.replaceOperandWith(operand, llvm::MDString::get(file.getContext(), text));
}

/// True when the name lies below the source and was moved.
bool move_name(llvm::DIFile& file, unsigned operand, const std::string& folder) {
  llvm::StringRef rest = text_of(file, operand);
  if (!rest.consume_front(k_source_in_debug_info) || !(rest.empty() || rest.starts_with("/")))
    return false;
  set_text(file, operand, folder + rest.str());
  return true;
}

/// A compiler that ran in a folder of the build (`../lib/x.c`): the source alone has no such
/// folder.
void count_from_root(llvm::DIFile& file) {
  llvm::SmallString<128> path = text_of(file, k_folder);
  llvm::sys::path::append(path, text_of(file, k_name));
  llvm::sys::path::remove_dots(path, /*remove_dot_dot=*/true);
  set_text(file, k_name, path);
}

void move_file(llvm::DIFile& file, const std::string& folder) {
  move_name(file, k_name, folder);
  if (move_name(file, k_folder, folder) && text_of(file, k_name).starts_with("../"))
    count_from_root(file);
}

}  // namespace

void move_source(llvm::Module& module, const std::string& folder) {
  llvm::DebugInfoFinder finder;
  finder.processModule(module);
  llvm::SmallPtrSet<llvm::DIFile*, 16> files;
  const auto add = [&](const auto* node) {
    if (llvm::DIFile* file = node->getFile()) files.insert(file);
  };
  for (const llvm::DICompileUnit* unit : finder.compile_units()) add(unit);
  for (const llvm::DISubprogram* function : finder.subprograms()) add(function);
  for (const llvm::DIType* type : finder.types()) add(type);
  for (const llvm::DIScope* scope : finder.scopes()) add(scope);
  for (const llvm::DIGlobalVariableExpression* variable : finder.global_variables())
    add(variable->getVariable());
  for (llvm::DIFile* file : files) move_file(*file, folder);
}

}  // namespace xaas
