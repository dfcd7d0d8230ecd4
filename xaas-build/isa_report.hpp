// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/ir/manifest.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace xaas {

/// Whether other code could be had of the unit for other processors.
bool is_isa_bound(const TranslationUnit& unit);

/// What units ask about that no processor of the image's `isas` has, nor its baseline.
struct IsaAdvice {
  std::string macro;
  std::size_t units = 0;                // that ask for it
  std::vector<std::string> processors;  // some that have it, for `--isa`
};
/// Most units first.
std::vector<IsaAdvice> isa_advice(const IrManifest& manifest);

/// Variants of each processor in the manifest.
std::map<std::string, std::size_t> variants_by_isa(const IrManifest& manifest);

/// How much code there is for processors beyond the baseline, what is lost, and what would help;
/// empty when no unit's code depends on the processor.
std::string describe_isas(const IrManifest& manifest);

}  // namespace xaas
