// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/targets/target.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace xaas {

/// What code made for `target` may execute unasked (run_time_checks.hpp) and `host` lacks, sorted;
/// empty: it runs there. Features that code asks for itself do not count.
std::vector<std::string> missing_features(const Target& target, const Target& host);

/// Whether code made for `target` runs on `host`: the architecture is the same and no feature is
/// missing.
bool runs_on(const Target& target, const Target& host);

/// The number of the x86-64 level, 1 to 4; 0 for other architectures, which have no such ladder.
unsigned level_number(const Target& target);

/// The vendor for whose processors alone the target is tuned, as cpuid spells it ("AuthenticAMD");
/// empty for the levels, which are nobody's, and where it is not known.
std::string vendor_in_cpuid(const Target& target);

/// Indices of targets in the order in which they are tried: the highest level first, then what
/// needs most. Equals keep their order.
std::vector<std::size_t> best_first(std::span<const Target> targets);

/// Which target's code to run on `host`: of those that run there, one of the highest level;
/// among these, one tuned for the host's vendor before one for nobody's before another vendor's;
/// then the first by `best_first`. Empty when none runs there. src/freestanding/chooser.c follows
/// the same rule at run time.
std::optional<std::size_t> choose_target(std::span<const Target> targets, const Target& host);

}  // namespace xaas
