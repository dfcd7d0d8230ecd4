// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernel_flags.hpp"

#include <string>

namespace xaas {

/// LLVM's name for a processor that can only be described, not asked: by vendor, family and model
/// as /proc/cpuinfo has them (the numbers are those of LLVM 22, llvm/lib/TargetParser/Host.cpp);
/// empty for one that is not in the table. It decides about tuning alone.
std::string x86_cpu_name(const KernelProcessor& processor);

}  // namespace xaas
