// SPDX-License-Identifier: Apache-2.0
#include "scheduler.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// A scheduler is there when it is configured. Its programs alone may be a package that somebody
// installed, and on a cluster they often lie in no usual place.

namespace xaas {
namespace {

struct KnownScheduler {
  std::string_view name;
  std::vector<std::string> in_job;     // all of these variables are set on a node of a job
  std::vector<std::string> variables;  // one of these says where it is configured
  std::vector<std::string> files;      // or one of these is there
};

/// Of Slurm, a job's number is not enough: `salloc` sets it in a shell that stays on the login node
/// (salloc(1)); the node's name is set by the node's daemon. Flux comes first because it runs
/// within jobs of the others, and then it is what starts programs.
const std::array<KnownScheduler, 5>& known_schedulers() {
  static const std::array<KnownScheduler, 5> k_known{{
      {.name = "flux",
       .in_job = {"FLUX_URI"},
       .variables = {},
       .files = {"/run/flux/local", "/etc/flux/system/R"}},
      {.name = "slurm",
       .in_job = {"SLURM_JOB_ID", "SLURMD_NODENAME"},
       .variables = {"SLURM_CONF"},
       .files = {"/etc/slurm/slurm.conf", "/etc/slurm-llnl/slurm.conf",
                 "/run/slurm/conf/slurm.conf", "/opt/slurm/etc/slurm.conf",
                 "/usr/local/etc/slurm.conf"}},
      {.name = "pbs",
       .in_job = {"PBS_JOBID"},
       .variables = {"PBS_CONF_FILE"},
       .files = {"/etc/pbs.conf", "/var/spool/torque/server_name", "/var/spool/pbs/server_name"}},
      {.name = "lsf",
       .in_job = {"LSB_JOBID"},
       .variables = {"LSF_ENVDIR"},
       .files = {"/etc/lsf.conf"}},
      {.name = "sge", .in_job = {"JOB_ID", "SGE_ROOT"}, .variables = {"SGE_ROOT"}, .files = {}},
  }};
  return k_known;
}

bool is_set(const HostProbe& probe, const std::string& variable) {
  return !probe.variable(variable).empty();
}

/// Also of one that this user may not read.
bool is_there(const HostProbe& probe, std::string_view path) {
  const auto slash = path.rfind('/');
  const auto names = probe.list(std::string(path.substr(0, slash)));
  return names && std::ranges::binary_search(*names, path.substr(slash + 1), std::less<>());
}

/// The variable or file by which it is configured; empty: it is not.
std::string configured_by(const HostProbe& probe, const KnownScheduler& known) {
  for (const std::string& variable : known.variables)
    if (is_set(probe, variable)) return variable;
  for (const std::string& file : known.files)
    if (is_there(probe, file)) return file;
  return {};
}

void name_scheduler(Target& target, std::string_view name, bool is_allocated, std::string origin) {
  target.scheduler.name = name;
  target.scheduler.is_allocated = is_allocated;
  target.origins["scheduler.name"] = std::move(origin);
}

}  // namespace

void describe_scheduler(const HostProbe& probe, Target& target) {
  for (const KnownScheduler& known : known_schedulers()) {
    const auto set = [&](const std::string& variable) { return is_set(probe, variable); };
    if (std::ranges::all_of(known.in_job, set))
      return name_scheduler(target, known.name, true, known.in_job.front());
  }
  for (const KnownScheduler& known : known_schedulers()) {
    if (auto origin = configured_by(probe, known); !origin.empty())
      return name_scheduler(target, known.name, false, std::move(origin));
  }
  // Of a saved tree without /etc nothing is known.
  if (probe.list("/etc")) name_scheduler(target, "none", false, "/etc");
}

}  // namespace xaas
