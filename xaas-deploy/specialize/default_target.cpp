// SPDX-License-Identifier: Apache-2.0
#include "specialize/default_target.hpp"

#include "xaas/support/diagnostics.hpp"
#include "xaas/targets/target_library.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace xaas {
namespace {

/// How one gets the description of a node of its.
struct WayToNodes {
  std::string_view name;    // as in descriptions
  std::string_view called;  // by people
  std::string_view way;
};

// qsub of PBS gives no output back: there one detects within the job.
constexpr std::array<WayToNodes, 5> k_ways{{
    // NOLINTBEGIN(modernize-use-designated-initializers): a table, read by column
    {"slurm", "Slurm",
     "`xaas-deploy detect --slurm` describes its nodes, `xaas-deploy detect --via 'srun -N1 -p "
     "PARTITION' --output NODE.json` one of them"},
    {"pbs", "PBS", "`xaas-deploy detect --output NODE.json` in a job describes its node"},
    {"lsf", "LSF", "`xaas-deploy detect --via 'bsub -I' --output NODE.json` describes a node"},
    {"flux", "Flux",
     "`xaas-deploy detect --via 'flux run -N1' --output NODE.json` describes a node"},
    {"sge", "Grid Engine",
     "`xaas-deploy detect --via 'qrsh -now no' --output NODE.json` describes a node"},
    // NOLINTEND(modernize-use-designated-initializers)
}};

/// Names of descriptions to choose from: the user's and the site's, or else those shipped.
std::vector<std::string> described_targets() {
  std::vector<std::string> own;
  std::vector<std::string> shipped;
  for (const KnownTarget& known : known_targets().value_or(std::vector<KnownTarget>()))
    (known.where == TargetPlace::shipped ? shipped : own).push_back(known.name);
  return own.empty() ? shipped : own;
}

std::string choice_text() {
  constexpr std::size_t k_most = 8;
  auto names = described_targets();
  const bool are_more = names.size() > k_most;
  names.resize(std::min(names.size(), k_most));
  return fmt::format("give `--target` one of `{}`{}", fmt::join(names, "`, `"),
                     are_more ? " and others (`xaas-deploy target list`)" : "");
}

Error no_default(const WayToNodes& scheduler) {
  return fail(ErrorKind::invalid_input,
              "this is a login node: {} runs programs on other machines, so `--target` has no "
              "default here",
              scheduler.called)
      .with_code("target.login-node")
      .with_exit_code(k_exit_usage)
      .with_help(fmt::format("{}; {}; `--target host` is this machine anyway", choice_text(),
                             scheduler.way));
}

}  // namespace

Result<std::vector<std::string>> default_targets(const Scheduler& scheduler) {
  const auto found = std::ranges::find(k_ways, scheduler.name, &WayToNodes::name);
  if (scheduler.is_allocated || found == k_ways.end()) return std::vector<std::string>{"host"};
  return no_default(*found);
}

}  // namespace xaas
