// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/result.hpp"
#include "xaas/targets/target.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Descriptions that have a name: NAME.json in the user's folder, in the site's, or in the program.
// The first of these places that has a name decides what it means, and a processor's name means
// the processor only where none of them has it.

namespace xaas {

/// More than any description has.
inline constexpr std::uint64_t k_longest_description = std::uint64_t{1} << 20;

enum class TargetPlace { user, site, shipped };

/// "user", "site", "shipped".
std::string_view name_of(TargetPlace place);

struct TargetFolder {
  TargetPlace where = TargetPlace::user;
  std::filesystem::path path;
};

/// Where descriptions are looked for before those that are shipped, in this order:
/// $XDG_CONFIG_HOME/xaas/targets (else ~/.config/xaas/targets), and what the site profile names
/// (else /etc/xaas/targets). None of them need be there.
Result<std::vector<TargetFolder>> target_folders();

/// The first of them, which need not be there: the place of the user's own descriptions.
Result<std::filesystem::path> user_target_folder();

struct KnownTarget {
  std::string name;
  std::filesystem::path path;  // empty: it is in this program
  TargetPlace where = TargetPlace::user;
  std::vector<TargetPlace> hides;  // where others of the same name are
};

/// Every description that has a name, sorted by it. What is in the files was not looked at; folders
/// that cannot be read are passed over.
Result<std::vector<KnownTarget>> known_targets();

/// The description of that name; empty where there is none.
Result<std::optional<KnownTarget>> find_target(std::string_view name);

/// Its text as it was written.
Result<std::string> read_known_target(const KnownTarget& known);

/// Whether `--target` takes the text for a file: anything with a '/' or ending in .json, or an
/// existing file.
bool names_target_file(std::string_view text);

/// What `--target` takes: `host`, a file, a description's name, or a processor's name. Of a name
/// that is none of these, near ones are told.
Result<Target> resolve_target(std::string_view text);

}  // namespace xaas
