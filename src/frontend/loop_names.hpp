// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace llvm {
class Module;
}

namespace xaas {

/// Gives every loop a name (`!llvm.loop`, LangRef) of its own, which its back edges share where
/// they say the same about it. Inlining copies the name of a loop: without -g all copies are called
/// the same, with -g each back edge of a copy has a name to itself, because it has a place in the
/// text.
void rename_loops(llvm::Module& module);

}  // namespace xaas
