// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/result.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace xaas {

/// One entry of a cache, as it was found.
struct CacheEntry {
  /// `damaged`: it does not hold what was put there, or somebody else could have changed it.
  enum class State { absent, whole, damaged };
  State state = State::absent;
  std::string content;  // of a whole one
  std::string damage;   // of a damaged one: what is wrong with it
};

/// What a cache could not do, for one message about it. Results do not depend on it.
struct CacheNotes {
  std::vector<std::string> damaged;  // entries that were made anew: paths, each with what was wrong
  std::string problem;               // why something was not kept; empty: all was

  void add(const CacheNotes& more);
  /// Nothing happens when the entry is not damaged.
  void add_damage(const std::filesystem::path& file, const CacheEntry& entry);

  friend bool operator==(const CacheNotes&, const CacheNotes&) = default;
};

/// The content is what `write_cache_entry` was given for that file name, byte for byte, by this
/// user or root. What cannot be read is absent or damaged, never an error.
CacheEntry read_cache_entry(const std::filesystem::path& file);

/// Readers see no entry or a whole one, whoever else writes, and wherever this is killed.
Status write_cache_entry(const std::filesystem::path& file, std::string_view content);

}  // namespace xaas
