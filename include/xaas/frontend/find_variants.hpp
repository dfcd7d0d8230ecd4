// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/frontend/canonicalize.hpp"
#include "xaas/frontend/mention_table.hpp"
#include "xaas/frontend/processor_range.hpp"
#include "xaas/support/process.hpp"
#include "xaas/support/result.hpp"

#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <vector>

namespace xaas {

/// How one source was compiled, so that it can be done again.
struct CompileCommand {
  std::string compiler;
  std::vector<std::string> path_maps;  // what stands before the unit's own arguments
  std::vector<std::string> arguments;  // those, with the source, and without what is made
  std::string source;                  // one of `arguments`
  std::string language;                // "c" or "c++"
  std::vector<std::string> isa_flags;  // those of `arguments`
  /// The command as it must run: in the folder of the compile, where and how the build ran.
  std::function<Command(Command)> inside;
};

struct VariantRequest {
  const IsaChoice& choice;
  const ProcessorRange& range;  // for the command's language and ISA flags
  const CompileCommand& command;
  const CanonicalUnit& unit;         // as compiled for the baseline
  CommandLineFeatures baseline;      // without any flags
  Mentions mentions;                 // of all files that it is compiled from
  std::set<std::string> own_macros;  // of these, what the application's own files mention
  std::string build_root;            // see canonicalize
  std::filesystem::path scratch;     // temporary folders are made here
};

struct FoundVariant {
  std::string isa;
  std::set<std::string> needs;  // features that its code may use, beyond what the unit's own does
  CanonicalUnit unit;
};

struct FoundVariants {
  /// The processor's macros that its text depends on, which may be others than those of the
  /// processors that were asked for.
  std::set<std::string> asks;
  /// Distinct ones alone, from the least demanding on; of a unit that passes wide vectors, all.
  std::vector<FoundVariant> variants;
  std::vector<std::string> failures;  // sentences: for which processor there is none, and why
};

/// Looks for the code that the unit has for other processors than the baseline. Most units cannot
/// have any, and cost nothing; one that mentions a processor's macro costs a run of the
/// preprocessor, which tells whether it asks for any; one that asks, another for each processor;
/// what is compiled again is each text that is different.
Result<FoundVariants> find_variants(const VariantRequest& request);

}  // namespace xaas
