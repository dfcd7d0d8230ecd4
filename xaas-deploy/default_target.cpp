// SPDX-License-Identifier: Apache-2.0
#include "default_target.hpp"

#include "xaas/support/diagnostics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string_view>
#include <system_error>

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

std::filesystem::path variable(const char* name) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing in this program sets variables.
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// Names of the descriptions that are there already, sorted.
std::vector<std::string> described_targets() {
  std::vector<std::string> names;
  const auto folder = user_target_folder();
  if (!folder) return names;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(*folder, error), end; !error && entry != end;
       entry.increment(error)) {
    const auto name = entry->path().filename();
    if (name.extension() == ".json" && !name.string().starts_with('.'))
      names.push_back(name.stem().string());
  }
  std::ranges::sort(names);
  return names;
}

std::string choice_text() {
  constexpr std::size_t k_most = 8;
  auto names = described_targets();
  if (names.empty()) return "give `--target` what describes the node";
  const bool are_more = names.size() > k_most;
  names.resize(std::min(names.size(), k_most));
  return fmt::format("give `--target` one of `{}`{}", fmt::join(names, "`, `"),
                     are_more ? " and others" : "");
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

Result<std::filesystem::path> user_target_folder() {
  if (const auto path = variable("XDG_CONFIG_HOME"); path.is_absolute())
    return path / "xaas" / "targets";
  if (const auto path = variable("HOME"); path.is_absolute())
    return path / ".config" / "xaas" / "targets";
  return fail(ErrorKind::not_found, "neither XDG_CONFIG_HOME nor HOME names a folder")
      .with_code("target.no-home")
      .with_help("say by `--output FOLDER` where descriptions go");
}

}  // namespace xaas
