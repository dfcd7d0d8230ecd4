// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "linker_table.hpp"

#include "xaas/capture/records.hpp"
#include "xaas/support/result.hpp"

#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace xaas {

/// A linker's command line with every file found.
struct ResolvedLink {
  std::string output;  // absolute
  LinkRecord::Kind kind = LinkRecord::Kind::executable;
  std::vector<RecordedInput> inputs;  // contents not filled in
  std::set<std::string> scripts;      // library scripts that were read on the way, absolute
  std::string opaque_reason;          // not empty: the record cannot say what this link does
};

/// Finds what ld.lld 22 would read, by its rules: libraries in the order of -L, shared before
/// static unless -Bstatic, library scripts opened. `not_found` names a library that is nowhere.
Result<ResolvedLink> resolve_link(const std::vector<LinkerArgument>& arguments,
                                  const std::filesystem::path& folder);

/// A link of which nothing is known but what it makes, and why.
ResolvedLink output_alone(const std::vector<LinkerArgument>& arguments,
                          const std::filesystem::path& folder, std::string reason);

/// Names of a dependency file that the linker wrote, unescaped.
std::set<std::string> parse_dependency_file(std::string_view text);

/// What is only in one of them, for people; empty when the link read exactly what was resolved.
std::string difference_to_opened(const ResolvedLink& link, const std::set<std::string>& opened,
                                 const std::filesystem::path& folder);

}  // namespace xaas
