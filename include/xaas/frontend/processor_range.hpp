// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/frontend/canonicalize.hpp"
#include "xaas/frontend/isa_levels.hpp"
#include "xaas/support/result.hpp"

#include <set>
#include <string>
#include <vector>

namespace xaas {

/// The processors that a unit's code may be for.
struct IsaChoice {
  std::string architecture;
  std::string baseline;
  std::vector<IsaLevel> levels;
};

/// What they are to the compiler behind the flags of a command line (`-mavx2`), which win.
struct ProcessorRange {
  CommandLineFeatures baseline;
  std::vector<CommandLineFeatures> levels;  // of each of the choice's
  /// Flags for a processor with every feature that the architecture knows. There is none such.
  std::vector<std::string> superset;
  /// Predefined macros that are not the same for all of these.
  std::set<std::string> macros;
  /// "NAME VALUE" of those that are defined: for the baseline first, then for each level.
  std::vector<std::set<std::string>> definitions;
};

/// Asks the compiler, a few runs of it. `isa_flags` and `language` as in CompileRecord.
Result<ProcessorRange> processor_range(const std::string& compiler, const IsaChoice& choice,
                                       const std::vector<std::string>& isa_flags,
                                       const std::string& language);

}  // namespace xaas
