// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/planning/plan.hpp"

#include <cstddef>
#include <optional>
#include <set>
#include <string>

namespace xaas {

/// The best variant of a unit that the target can run: the one with the most needs, of equals the
/// first. Empty: the baseline's form, `bitcode`, is as good.
std::optional<std::size_t> best_variant(const TranslationUnit& unit, const Target& target);

/// The variant for `isa`, where the target can run it.
std::optional<std::size_t> variant_for(const TranslationUnit& unit, const std::string& isa,
                                       const Target& target);

/// What all units of a deployment that pass wide vectors are made from.
struct AbiChoice {
  std::string isa;     // variants for this one; empty: machine code
  std::string reason;  // why machine code; empty also where there are no such units or no variants
};

/// One for all `units`, which are those of every link of the deployment: a program and its
/// libraries pass vectors to each other.
AbiChoice choose_abi(const IrManifest& manifest, const std::set<std::size_t>& units,
                     const Target& target, NumericsMode numerics);

}  // namespace xaas
