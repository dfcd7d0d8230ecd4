// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/capture/records.hpp"
#include "xaas/specializations/specialization.hpp"
#include "xaas/support/diagnostics.hpp"
#include "xaas/support/result.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace xaas {

enum class BuildSystem { cmake, meson, configure, make, command };
[[nodiscard]] std::string name_of(BuildSystem system);

struct BuildRequest {
  std::filesystem::path source;  // the user's tree; only read
  std::filesystem::path work;  // ours: the source's copy, build, stage and capture folders go here
  bool work_stays = true;      // false: no message names a file in it, the caller removes it
  std::vector<std::string> command;   // one string: through sh -c; empty: the build system's own
  std::optional<BuildSystem> system;  // then; empty: the first that is recognized
  std::string prefix = "/usr/local";  // what the build is given for it
  std::string baseline;  // processor of the generic build; empty: the architecture's baseline
  unsigned jobs = 1;
  std::map<std::string, std::string> environment;
  BuildAdditions additions;             // of the configuration that is built
  std::filesystem::path compile_cache;  // what other configurations have compiled; empty: none
  std::filesystem::path wrapper;  // the program xaas-cc; empty: ../libexec/xaas/ from this program
};

struct BuildResult {
  BuildSystem system = BuildSystem::command;
  CaptureLog log;
  std::filesystem::path source;  // where the copies lay while the build ran, as the build saw them
  std::filesystem::path build;
  std::filesystem::path stage;      // where the install tree is now, on this file system
  std::filesystem::path store;      // contents of link inputs by hex digest
  std::filesystem::path build_log;  // everything the build printed
  /// The folder prefix that the build saw -> where the same files are now (they differ when the
  /// build ran under a fixed path in a mount namespace). Everything of the build lies below it.
  std::map<std::string, std::filesystem::path> seen_paths;
  std::string compiler;         // the Clang that C units were compiled by
  std::filesystem::path tools;  // of the tarball that it is from; empty: none
  bool fixed_path = false;      // the build ran under the fixed path
  double seconds = 0;
  double compile_seconds = 0;  // of these, without configuring and installing

  /// Where everything of it lies now.
  [[nodiscard]] const std::filesystem::path& folder() const { return seen_paths.begin()->second; }
};

/// `build.no-source` when it is not a folder.
Status check_source_folder(const std::filesystem::path& source);

/// Which build systems the tree has, at least one, in the order in which they are preferred;
/// `invalid_input` with what was looked for when there is none.
Result<std::vector<BuildSystem>> recognize_build_systems(const std::filesystem::path& source);

/// Moves the finished build, with everything that it left, to a folder that does not exist yet.
/// Nothing of it can be run there any more, unless it ran under the fixed path.
Status move_build(BuildResult& build, const std::filesystem::path& to);

/// Writes what is known of the build into its folder, last of all; `key` says what it is of.
Status keep_build(const BuildResult& build, const Digest& key);
/// A build that was kept for this key in `work`; empty when there is none, another one, or one that
/// cannot be read any more: what cannot be gone on with is built again.
std::optional<BuildResult> kept_build(const std::filesystem::path& work, const Digest& key);

/// What a build that was kept in `work` has cost, whatever it was of; empty when there is none.
struct BuildCost {
  double seconds = 0;
  std::uint64_t bytes = 0;  // of all that its links read

  friend bool operator==(const BuildCost&, const BuildCost&) = default;
};
std::optional<BuildCost> cost_of_kept_build(const std::filesystem::path& work);

/// Runs the application's own build with our compilers in front. The build's failure is
/// `build_failed` with its exit code, the step, the last 20 lines and the log's place.
Result<BuildResult> capture_build(const BuildRequest& request, Progress& progress);

}  // namespace xaas
