// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "check/findings.hpp"
#include "run/deployed.hpp"

#include "xaas/targets/loading.hpp"

#include <string>
#include <vector>

namespace xaas {

/// All of the below, in that order; what cannot be told of a tree that is not in its place is left
/// out.
std::vector<Finding> check_deployment(const Deployed& deployed, const Target& host);

/// Whether a tree is whole, and lies where its programs look for their files.
std::vector<Finding> file_findings(const Deployed& deployed);

/// Which of a tree's files are not as they were deployed; nothing where all are.
std::vector<Finding> damage_findings(const Deployed& deployed);

/// Whether a tree lies where its programs look for their files.
bool is_in_its_place(const Deployed& deployed);

/// Whether the processor has what the deployment's code uses unasked.
Finding processor_finding(const Deployed& deployed, const Target& host);

/// Whether each program finds its loader, libraries, their versions and symbols.
std::vector<Finding> library_findings(const Deployed& deployed, const Target& host);

/// The same of what was found already, each problem once.
std::vector<Finding> describe_load_problems(const std::vector<LoadProblem>& problems,
                                            const Deployed& deployed, const Target& host);

/// Libraries of the machine that it was linked with and that are gone: a loader may find others
/// that are called so.
std::vector<Finding> gone_library_findings(const Deployed& deployed);

/// Whether there is the GPU, and the kind of MPI, that the deployment's configuration needs;
/// nothing where it needs none.
std::vector<Finding> requirement_findings(const Deployed& deployed, const Target& host);

/// The programs and libraries of a deployment that this machine would run: paths in the root.
std::vector<std::string> programs_of(const Deployed& deployed);

/// "srun" and the like, where `host` is a node that jobs are started from and do not run on;
/// empty where it is not.
std::string job_command(const Target& host);

}  // namespace xaas
