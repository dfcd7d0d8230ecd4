// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace llvm {
class LLVMContext;
class Module;
}  // namespace llvm

namespace xaas {

/// To be called before a module is read: a module's table of metadata names has them in the order
/// in which they were met, and -g brings some of its own.
void fix_metadata_names(llvm::LLVMContext& context);

/// What debug information calls the folder of the texts that variants are compiled from.
inline constexpr std::string_view k_folder_of_texts = "/xaas/text";

/// Gives a module that was compiled from such a text no more than the name of its source: the
/// text's digest is another one wherever the build lies.
void forget_text(llvm::Module& module);

/// Whether some compile unit of it was compiled with -g.
bool has_debug_info(const llvm::Module& module);

/// Files that debug information has below `from` are below `to` afterwards: flang has no flag for
/// that.
void move_debug_info(llvm::Module& module, const std::string& from, const std::string& to);

/// Takes out what only tells where the program came from: debug information, the module flags that
/// go with it, and the places of inline assembly in the text (`!srcloc`). What is left is the same
/// with and without -g, and whatever comments and blank lines the text has.
void remove_debug_info(llvm::Module& module);

}  // namespace xaas
