// SPDX-License-Identifier: Apache-2.0
#include "debug_info.hpp"

#include "module_flags.hpp"

#include "xaas/ir/manifest.hpp"

#include <llvm/ADT/SmallPtrSet.h>
#include <llvm/IR/DebugInfo.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/Metadata.h>
#include <llvm/IR/Module.h>
#include <llvm/Support/Path.h>

#include <array>

namespace xaas {
namespace {

/// clang's -g sets these, and stripping debug information leaves them.
constexpr auto k_debug_flags = std::to_array<llvm::StringRef>(
    {"Debug Info Version", "Dwarf Version", "DWARF64", "CodeView", "CodeViewGHash"});

void remove_text_places(llvm::Function& function) {
  for (llvm::Instruction& instruction : llvm::instructions(function))
    instruction.setMetadata("srcloc", nullptr);
}

void move_operand(llvm::DIFile& file, unsigned operand, const std::string& from,
                  const std::string& to) {
  const auto* text = llvm::dyn_cast_or_null<llvm::MDString>(file.getOperand(operand));
  llvm::StringRef rest = text == nullptr ? llvm::StringRef() : text->getString();
  if (!rest.consume_front(from) || !(rest.empty() || rest.starts_with("/"))) return;
  file.replaceOperandWith(operand, llvm::MDString::get(file.getContext(), to + rest.str()));
}

}  // namespace

void move_debug_info(llvm::Module& module, const std::string& from, const std::string& to) {
  if (from.empty()) return;
  llvm::DebugInfoFinder finder;
  finder.processModule(module);
  llvm::SmallPtrSet<llvm::DIFile*, 16> files;
  for (const llvm::DICompileUnit* unit : finder.compile_units()) files.insert(unit->getFile());
  for (const llvm::DISubprogram* function : finder.subprograms()) files.insert(function->getFile());
  for (const llvm::DIType* type : finder.types()) files.insert(type->getFile());
  for (const llvm::DIScope* scope : finder.scopes()) files.insert(scope->getFile());
  files.erase(nullptr);
  for (llvm::DIFile* file : files) {
    move_operand(*file, 0, from, to);  // the name
    move_operand(*file, 1, from, to);  // the folder
  }
}

void forget_text(llvm::Module& module) {
  llvm::DebugInfoFinder finder;
  finder.processModule(module);
  const auto is_text = [](const llvm::DIFile* file) {
    return file != nullptr && (file->getFilename().starts_with(k_folder_of_texts) ||
                               file->getDirectory().starts_with(k_folder_of_texts));
  };
  for (llvm::DICompileUnit* unit : finder.compile_units()) {
    const llvm::DIFile* file = unit->getFile();
    if (!is_text(file)) continue;
    unit->replaceOperandWith(
        0, llvm::DIFile::get(module.getContext(), llvm::sys::path::filename(file->getFilename()),
                             k_source_in_debug_info));
  }
}

void fix_metadata_names(llvm::LLVMContext& context) {
  for (const char* name : {"heapallocsite", "srcloc"}) context.getMDKindID(name);
}

bool has_debug_info(const llvm::Module& module) {
  return !module.debug_compile_units().empty();
}

void remove_debug_info(llvm::Module& module) {
  llvm::StripDebugInfo(module);
  remove_module_flags(module, k_debug_flags);
  for (llvm::Function& function : module) remove_text_places(function);
}

}  // namespace xaas
