// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/capture/build.hpp"
#include "xaas/capture/finished_build.hpp"
#include "xaas/frontend/find_variants.hpp"
#include "xaas/frontend/header_search.hpp"
#include "xaas/frontend/mention_table.hpp"
#include "xaas/frontend/processor_range.hpp"
#include "xaas/support/result.hpp"

#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace xaas {

/// Language and ISA flags of a command line -> what the processors are to the compiler behind them.
using RangeTable = std::map<std::pair<std::string, std::vector<std::string>>, ProcessorRange>;

/// Compiles units of finished builds again, for other processors.
class VariantFinder {
 public:
  /// `ranges` has those of every compile that is asked about; temporary files go below `scratch`.
  static Result<VariantFinder> make(const std::set<const BuildResult*>& builds,
                                    const IsaChoice& choice, const RangeTable& ranges,
                                    std::filesystem::path scratch);

  /// Whether the unit is lowered at all: what is kept as machine code has no variants, and it is
  /// only found out what it asks for.
  enum class Use { lowered, machine_code };
  /// `build` is the one whose files were compiled. Safe to call from several threads. What could
  /// not be looked at says so in `failures`.
  Result<FoundVariants> find(const BuildResult& build, const CompileRecord& compile,
                             const CanonicalUnit& unit, Use use) const;

 private:
  VariantFinder(const IsaChoice& choice, const RangeTable& ranges)
      : choice_(&choice), ranges_(&ranges) {}

  [[nodiscard]] std::string read_files(const BuildResult& build, const CompileRecord& compile,
                                       Mentions& mentions) const;

  const IsaChoice* choice_;
  const RangeTable* ranges_;
  std::map<const BuildResult*, FinishedBuild> finished_;
  std::filesystem::path scratch_;
  std::unique_ptr<MentionTable> mentions_;
  std::unique_ptr<HeaderSearch> headers_;
};

}  // namespace xaas
