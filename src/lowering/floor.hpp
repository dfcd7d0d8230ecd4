// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>

namespace llvm {
class Function;
class Module;
}  // namespace llvm

namespace xaas {

/// Functions of a unit with a feature floor that run, or may run, on a processor without it, and so
/// must not get it:
///  - ifunc resolvers and the versions without features of their own that they choose between;
///  - constructors and what only they call: they run before anything could have asked;
///  - functions of which the linker keeps any one copy (templates, inline functions): this copy may
///    win over the one of a baseline unit;
///  - functions whose author asked for less than the command line.
/// Left out are functions that cannot be compiled without the floor: target intrinsics, or vectors
/// passed by value that are wider than what every processor passes in registers.
std::set<const llvm::Function*> functions_without_floor(const llvm::Module& module);

}  // namespace xaas
