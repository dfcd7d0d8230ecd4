// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "processor_family.hpp"

#include "xaas/support/error.hpp"
#include "xaas/targets/machine.hpp"

#include <string>
#include <vector>

namespace xaas {

struct CpuProblem {
  std::string feature;  // of `cpu.features`; empty: it is about `cpu.name`
  Error error;
};

/// A processor is lowered for by its features, so its name and each of them must be what our LLVM
/// has, and the set must be whole. A feature that is missing is told once.
std::vector<CpuProblem> problems_of(const ProcessorFamily& family, const Cpu& cpu);

}  // namespace xaas
