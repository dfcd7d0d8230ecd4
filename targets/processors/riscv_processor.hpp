// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "processor_family.hpp"

#include <string>
#include <string_view>

namespace xaas {

/// LLVM's name of the processor that a /proc/cpuinfo is of; empty when it does not know it.
std::string riscv_cpu_name(std::string_view cpuinfo);

/// The extensions of an `isa` line, "rv64imafdc_zicntr_zba"; empty for another one's.
FeatureSet riscv_extensions(std::string_view isa);

/// What a processor whose kernel shows these extensions has.
FeatureSet riscv_features_shown(const FeatureSet& extensions, std::string_view cpu_name);

}  // namespace xaas
