// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace llvm {
class Module;
}

namespace xaas {

/// What makes the unit's calling convention depend on the processor that it is lowered for, for
/// people: "`scale` passes 256-bit vectors by value"; empty when nothing does. A vector that fits
/// the registers of the processor it was compiled for travels in one of them, a wider one in
/// several, and a wider processor would take it in one: lowered for that, the unit no longer agrees
/// with machine code on the other side. Functions that only this unit calls agree with themselves.
/// To be asked before the processor attributes are taken away.
std::string processor_bound_calls(const llvm::Module& module);

}  // namespace xaas
