// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/lowering/lower.hpp"

#include <string>
#include <vector>

namespace xaas {

/// The bitcode of a job under names of its own, in the order in which the items name it.
struct Materialized {
  std::vector<std::string> paths;
  LoweringResult facts;
};

/// Gives every bitcode input its own path in `folder`, because lld refuses the same path twice: a
/// link to the unit where it can stay as it is, a rewritten copy where it cannot.
Result<Materialized> materialize_units(const LoweringJob& job, const std::string& folder);

/// Writes libraries that must be archives of a name into the job's work folder, and lets the job
/// name these instead; `paths` keeps the bitcode that the job still names.
Status pack_archives(LoweringJob& job, std::vector<std::string>& paths);

/// Lowers the object files of `job.archive` one by one and writes the archive of the results;
/// what else lies in it stays.
Status lower_archive(const LoweringJob& job, const std::vector<std::string>& paths);

/// lld's command line; `paths` are those of the job's bitcode.
std::vector<std::string> link_line(const LoweringJob& job, const std::vector<std::string>& paths,
                                   const std::string& output);

}  // namespace xaas
