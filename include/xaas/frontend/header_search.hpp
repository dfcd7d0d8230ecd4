// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/frontend/find_variants.hpp"
#include "xaas/frontend/mention_table.hpp"
#include "xaas/support/result.hpp"

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace xaas {

/// What headers mention that a unit may read from outside of its build. Which of them it reads
/// depends on macros, and would take a run of the preprocessor; all that it could read are found
/// once for all units that search the same folders.
class HeaderSearch {
 public:
  explicit HeaderSearch(MentionTable& table) : table_(&table) {}

  /// Of `includes`, which the unit's files name, and of what the command itself includes. Safe to
  /// call from several threads.
  Result<Mentions> mentions_of(const CompileCommand& command, const std::string& folder,
                               const std::set<Include>& includes);

 private:
  using Folders = std::vector<std::string>;
  struct AskedFolders {
    std::mutex mutex;  // who comes second waits for the answer
    std::optional<Folders> folders;
  };

  Result<Folders> folders_of(const CompileCommand& command, const std::string& folder);
  Mentions closure_of(const Folders& folders, const Include& include);
  Mentions search(const Folders& folders, const Include& include);

  MentionTable* table_;
  std::mutex mutex_;
  std::map<std::vector<std::string>, AskedFolders> folders_;  // by what has an influence on them
  std::map<std::pair<Folders, Include>, Mentions> closures_;
};

}  // namespace xaas
