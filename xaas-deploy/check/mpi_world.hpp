// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "check/findings.hpp"
#include "run/deployed.hpp"

#include "xaas/support/process.hpp"
#include "xaas/targets/loading.hpp"
#include "xaas/targets/site_profile.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace xaas {

/// How ranks are started.
struct MpiLaunch {
  std::string command;  // a shell's line, which a program is put behind; empty: unknown
  std::chrono::seconds limit{60};
  bool is_demanded = false;  // what is not known is the MPI's own launcher, and what cannot be
                             // tried is a problem
};

enum class Asked { no, yes };

/// What a site says of it, for two ranks: `srun --mpi=pmix -n 2`. Empty where it says nothing, or
/// that would submit a job that nobody asked for.
std::string site_launch(const SiteProfile& profile, const Target& host, Asked asked);

/// The mpiexec beside the library, else that of the same MPI on `host`; empty: none is known.
std::string own_launcher(const Target& host, const MpiInstallation& mpi);

/// Whether several ranks that the launcher starts form one world: for each MPI that the
/// deployment's programs load, a program of ours is started that loads the same. None of the
/// deployment's is run.
std::vector<Finding> world_findings(const Deployed& deployed, const Target& host,
                                    const MpiLaunch& launch);

/// What the launcher and the ranks that it started said means. `own_launcher` is the MPI's; empty:
/// unknown.
Finding describe_world(const MpiLaunch& launch, const Outcome& outcome, const MpiInstallation& mpi,
                       const std::string& own_launcher);

}  // namespace xaas
