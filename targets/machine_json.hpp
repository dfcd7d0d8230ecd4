// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/json.hpp"
#include "xaas/targets/target.hpp"

namespace xaas {

/// The object `cpu` as it is written; what it says is not checked against what LLVM knows.
Result<Cpu> read_cpu(const JsonReader& reader);
Json print_cpu(Cpu cpu);

/// What stands in a description beside the processor and the C library: memory, devices, libraries,
/// network, programs, system. What is unknown is not written.
Status read_machine(const JsonReader& reader, Target& target);
void print_machine(Target target, Json& json);

}  // namespace xaas
