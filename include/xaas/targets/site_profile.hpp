// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/result.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace xaas {

/// What whoever runs a machine says of it and nothing can detect (`xaas.site/1`, schema in
/// targets/schema). An empty field says nothing.
struct SiteProfile {
  std::string cache;         // absolute path; may name variables: `/scratch/$USER/xaas`
  unsigned jobs = 0;         // the most that a program of ours starts by itself; 0: no bound
  std::uint64_t memory = 0;  // bytes, the most that all processes of one lowering take; 0: no bound
  std::string targets;       // where the site's target descriptions are; as `cache`
  std::string interfaces;    // where its interfaces of libraries are; as `cache`
  std::vector<std::string> never_bundle;  // sonames with * and ? that trees leave to the machine
  std::vector<std::string> bind;          // absolute paths of folders that `run` shows to images
  std::vector<std::string> launcher;      // of MPI programs: {"srun", "--mpi=pmix"}
  /// Interface of the machine's library that programs' own MPI is given, instead of the machine's
  /// MPI: "libfabric", "ucx".
  std::string fabric;

  friend bool operator==(const SiteProfile&, const SiteProfile&) = default;
};

/// Unknown fields are passed over, so that a later 1.x can add some; a `xaas.site/2` is refused. An
/// error names the field and its line.
Result<SiteProfile> parse_site_profile(std::string_view json);
std::string print_site_profile(const SiteProfile& profile);

/// The file that XAAS_SITE_PROFILE names, else /etc/xaas/site.json.
std::filesystem::path site_profile_path();

/// What is said there; nothing where the variable is not set and /etc/xaas/site.json not there.
Result<SiteProfile> load_site_profile();

/// Parallel jobs where nobody asked for a number: what this process may use (affinity mask and
/// cgroup), and no more than the site wants.
unsigned default_jobs(const SiteProfile& profile);

/// The value of a variable; empty when it is not set.
using Variables = std::function<std::optional<std::string>(const std::string& name)>;

/// Puts values in the place of `$NAME` and `${NAME}`. A variable that is unset or empty is
/// `invalid_input` and named: without it a folder of one user would be that of all. So is a result
/// that is no absolute path.
Result<std::filesystem::path> site_cache(const SiteProfile& profile, const Variables& variables);

/// The folder of the site's target descriptions, found the same way; /etc/xaas/targets where the
/// profile names none.
Result<std::filesystem::path> site_targets(const SiteProfile& profile, const Variables& variables);

/// The folder of the site's interfaces of libraries, found the same way; /etc/xaas/interfaces where
/// the profile names none.
Result<std::filesystem::path> site_interfaces(const SiteProfile& profile,
                                              const Variables& variables);

/// This process's environment, and UID, which shells do not pass on.
Variables environment_variables();

}  // namespace xaas
