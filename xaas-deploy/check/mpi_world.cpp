// SPDX-License-Identifier: Apache-2.0

// A launcher of another MPI than the program's starts as many programs as it is told to, and each
// of them believes to be alone: they compute the same, several times, and nobody complains. So what
// a launcher does is tried, with a program that loads the MPI that the deployment's programs load.

#include "check/mpi_world.hpp"

#include "check/check.hpp"
#include "run/image_root.hpp"
#include "specialize/specialize_command.hpp"

#include "xaas/lowering/mpi_probe.hpp"
#include "xaas/support/files.hpp"
#include "xaas/support/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>

namespace xaas {
namespace {

namespace fs = std::filesystem;
using Kind = Finding::Kind;

constexpr int k_not_found = 127;  // a shell's
constexpr std::size_t k_most_output = std::size_t{1} << 20U;

Finding finding(Kind kind, std::string text, std::string help) {
  return {.kind = kind, .about = "mpi", .text = std::move(text), .help = std::move(help)};
}

struct Rank {
  unsigned rank = 0;
  unsigned size = 0;
};

/// Takes a number off the front.
std::optional<unsigned> take_number(std::string_view& text) {
  unsigned number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return {};
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

/// From "xaas-mpi 0 of 2", wherever it stands: launchers may put the rank before each line.
std::vector<Rank> ranks_in(std::string_view output) {
  constexpr std::string_view k_mark = "xaas-mpi ";
  constexpr std::string_view k_of = " of ";
  std::vector<Rank> ranks;
  for (auto at = output.find(k_mark); at != output.npos; at = output.find(k_mark)) {
    output.remove_prefix(at + k_mark.size());
    const auto rank = take_number(output);
    if (!rank || !output.starts_with(k_of)) continue;
    output.remove_prefix(k_of.size());
    if (const auto size = take_number(output)) ranks.push_back({.rank = *rank, .size = *size});
  }
  return ranks;
}

/// Launchers frame what they say with lines of dashes.
std::string first_sentence(std::string_view errors) {
  while (!errors.empty()) {
    const auto line = take_line(errors);
    if (std::ranges::any_of(line, is_letter)) return std::string(line);
  }
  return {};
}

std::string name_of(const MpiInstallation& mpi) {
  if (mpi.flavour.empty()) return fmt::format("`{}`", mpi.path);
  return fmt::format("`{}` ({}{}{})", mpi.path, mpi.flavour, mpi.version.empty() ? "" : " ",
                     mpi.version);
}

Finding describe_failure(const MpiLaunch& launch, const Outcome& outcome) {
  std::string said = first_sentence(outcome.errors);
  if (said.empty()) said = first_sentence(outcome.output);
  const std::string help = said.empty() ? "" : "it said: " + said;
  if (outcome.timed_out) {
    return finding(
        Kind::problem,
        fmt::format("`{}` did not come to an end within {} s, and its ranks only meet and end",
                    launch.command, launch.limit.count()),
        help.empty() ? "it may wait for a node, or for processors that this job's step holds: ask "
                       "from within a job, or give it longer with `--wait`; or its ranks cannot "
                       "reach each other over the network"
                     : help);
  }
  if (outcome.exit_code == k_not_found) {
    return finding(Kind::problem,
                   fmt::format("`{}` is not found here, or what it starts is not where it "
                               "starts it{}",
                               launch.command, said.empty() ? "" : ": " + said),
                   "load the module that brings the launcher, or name it by its path");
  }
  return finding(Kind::problem,
                 fmt::format("`{}` ended with {}", launch.command, outcome.exit_code),
                 help.empty() ? "it said nothing; try it with another program" : help);
}

std::string help_on_other_mpi(const MpiLaunch& launch, const std::string& own_launcher) {
  std::string help;
  if (launch.command.contains("srun"))
    help = "`srun --mpi=list` says what Slurm speaks here: try `--mpi=pmi2` or `--mpi=pmix`; ";
  if (own_launcher.empty()) return help + "start them with the launcher of that MPI";
  return fmt::format("{}that MPI's own launcher is `{}`", help, own_launcher);
}

std::string suggested_launch(const Target& host, const MpiInstallation& mpi) {
  if (host.scheduler.name == "slurm") return "srun -n 2";
  if (host.scheduler.name == "flux") return "flux run -n 2";
  const std::string launcher = own_launcher(host, mpi);
  return (launcher.empty() ? "mpiexec" : launcher) + " -n 2";
}

/// Where every node sees it and programs may be started, which need not be so of TMPDIR: in the
/// tree, or where it may not be written to, in the folder that the ranks start in. What runs in an
/// image sees the latter, and /tmp.
Result<TemporaryFolder> folder_of_nodes(const Deployed& deployed) {
  std::error_code error;
  std::vector<fs::path> parents{deployed.path / ".xaas", fs::current_path(error)};
  if (deployed.form == Deployed::Form::image) parents = {fs::current_path(error), "/tmp"};
  for (const fs::path& parent : parents) {
    if (deployed.form == Deployed::Form::image && is_left_to_image(parent.string())) continue;
    if (auto folder = TemporaryFolder::make(parent)) return folder;
  }
  return TemporaryFolder::make();
}

/// Of the libraries in an image, where they lie on this machine.
Result<MpiProgram> as_linked_here(const Deployed& deployed, MpiProgram program) {
  if (deployed.form != Deployed::Form::image) return program;
  for (std::string& library : program.libraries) {
    const bool is_bound = std::ranges::any_of(deployed.bound.paths, [&](const std::string& path) {
      return library == path || library.starts_with(path + "/");
    });
    if (is_bound) continue;
    XAAS_TRY(const auto place, path_in_root(deployed.path, library));
    library = place.string();
  }
  return program;
}

/// The words that start the probe as the deployment's programs are started.
Result<std::vector<std::string>> rank_words(const Deployed& deployed, const fs::path& probe) {
  if (deployed.form != Deployed::Form::image) return std::vector<std::string>{probe.string()};
  XAAS_TRY(const auto self, own_executable());
  return std::vector<std::string>{self.string(), "run",         deployed.name, "--entrypoint", "",
                                  "--",          probe.string()};
}

/// Open MPI starts nothing for root, and no more ranks than there are cores, unless it is told to.
/// What is started does no more than to meet. Open MPI 5 is told the latter in words of its own.
std::map<std::string, std::string> leave_to_start() {
  return {{"OMPI_ALLOW_RUN_AS_ROOT", "1"},
          {"OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1"},
          {"OMPI_MCA_rmaps_base_oversubscribe", "1"},
          {"PRTE_ALLOW_RUN_AS_ROOT", "1"},
          {"PRTE_ALLOW_RUN_AS_ROOT_CONFIRM", "1"},
          {"PRTE_MCA_rmaps_default_mapping_policy", ":oversubscribe"}};
}

Result<Finding> try_world(const Deployed& deployed, const Target& host, const MpiLaunch& launch,
                          const MpiProgram& program) {
  XAAS_TRY(const TemporaryFolder folder, folder_of_nodes(deployed));
  XAAS_TRY(const auto linked, as_linked_here(deployed, program));
  XAAS_TRY(const fs::path probe,
           link_mpi_probe(linked, host.architecture, folder.path(), k_lower_command));
  // The shell's, so that quotes and variables in it mean what they mean there.
  std::vector<std::string> argv{"sh", "-c", launch.command + " \"$@\"", "sh"};
  XAAS_TRY(const auto words, rank_words(deployed, probe));
  argv.insert(argv.end(), words.begin(), words.end());
  argv.push_back(program.mpi.abi);
  Command command{.argv = std::move(argv),
                  .time_limit = launch.limit,
                  .most_output = k_most_output,
                  .ends_with_us = true};
  if (launch.is_demanded) command.environment = leave_to_start();
  XAAS_TRY(const Outcome outcome, run(command));
  return describe_world(launch, outcome, program.mpi, own_launcher(host, program.mpi));
}

/// With the MPI's own launcher where no other one is named.
MpiLaunch launch_of(const Target& host, const MpiLaunch& launch, const MpiInstallation& mpi) {
  MpiLaunch known = launch;
  const std::string own = own_launcher(host, mpi);
  if (launch.is_demanded && launch.command.empty() && !own.empty())
    known.command = shell_quoted({own}) + " -n 2";
  return known;
}

Finding look_at_world(const Deployed& deployed, const Target& host, const MpiLaunch& wanted,
                      const MpiProgram& program) {
  const MpiLaunch launch = launch_of(host, wanted, program.mpi);
  const Kind kind = launch.is_demanded ? Kind::problem : Kind::note;
  const std::string untried =
      fmt::format("whether ranks with {} find each other was not tried: ", name_of(program.mpi));
  if (program.mpi.abi.empty())
    return finding(kind, untried + "its symbols do not tell of which ABI it is", "");
  if (launch.command.empty()) {
    return finding(kind, untried + "nobody says how they are started",
                   fmt::format("`xaas-deploy check {} --launcher '{}'`", deployed.name,
                               suggested_launch(host, program.mpi)));
  }
  if (deployed.form == Deployed::Form::image && !can_enter_root()) {
    return finding(kind, untried + "this machine allows no namespaces to run an image in",
                   "write a tree: `xaas-deploy specialize IMAGE --output tree:FOLDER`");
  }
  auto found = try_world(deployed, host, launch, program);
  if (!found) return finding(kind, untried + first_sentence(found.error().message()), "");
  return *std::move(found);
}

bool has_count(const std::vector<std::string>& words) {
  return std::ranges::any_of(words, [](std::string_view word) {
    return word == "-n" || word == "-np" || word == "--np" || word.starts_with("--ntasks") ||
           (word.starts_with("-n") && word.find_first_not_of("0123456789", 2) == word.npos);
  });
}

}  // namespace

std::string own_launcher(const Target& host, const MpiInstallation& mpi) {
  if (!mpi.launcher.empty() || !host.mpi) return mpi.launcher;
  const auto found = std::ranges::find_if(*host.mpi, [&](const MpiInstallation& other) {
    return other.flavour == mpi.flavour && other.version == mpi.version &&
           other.soname == mpi.soname;
  });
  return found == host.mpi->end() ? std::string() : found->launcher;
}

std::string site_launch(const SiteProfile& profile, const Target& host, Asked asked) {
  if (profile.launcher.empty() || (asked == Asked::no && !job_command(host).empty())) return {};
  return shell_quoted(profile.launcher) + (has_count(profile.launcher) ? "" : " -n 2");
}

Finding describe_world(const MpiLaunch& launch, const Outcome& outcome, const MpiInstallation& mpi,
                       const std::string& own_launcher) {
  const auto ranks = ranks_in(outcome.output);
  const auto count = ranks.size();
  if (outcome.timed_out || !outcome.succeeded()) return describe_failure(launch, outcome);
  if (count == 0) {
    return finding(
        Kind::problem,
        fmt::format("`{}` ended without a word of what it was to start", launch.command),
        "it must wait for its ranks and pass on what they print, as mpiexec and srun do");
  }
  if (count == 1 && ranks[0].size == 1) {
    return finding(Kind::problem, fmt::format("`{}` starts one rank", launch.command),
                   "say how many, e.g. with `-n 2`: one alone shows nothing");
  }
  if (std::ranges::all_of(ranks, [](const Rank& rank) { return rank.size == 1; })) {
    return finding(
        Kind::problem,
        fmt::format("`{}` starts {} programs that do not know of each other, each a world of one "
                    "rank: it speaks no protocol (PMI) that {} understands",
                    launch.command, count, name_of(mpi)),
        help_on_other_mpi(launch, own_launcher));
  }
  std::set<unsigned> different;
  for (const Rank& rank : ranks) different.insert(rank.rank);
  const bool is_one = std::ranges::all_of(
      ranks, [&](const Rank& rank) { return rank.size == count && rank.rank < count; });
  if (!is_one || different.size() != count) {
    return finding(Kind::problem,
                   fmt::format("of `{}`, {} ranks were heard, and the first is one of {}",
                               launch.command, count, ranks[0].size),
                   "they form several worlds, or what they print is lost");
  }
  return finding(Kind::ok,
                 fmt::format("`{}` starts {} ranks that form one world, with {}", launch.command,
                             count, name_of(mpi)),
                 "");
}

std::vector<Finding> world_findings(const Deployed& deployed, const Target& host,
                                    const MpiLaunch& launch) {
  const bool is_tree = deployed.form == Deployed::Form::tree;
  const auto programs =
      mpi_programs(is_tree ? fs::path() : deployed.path, programs_of(deployed), deployed.bound);
  std::set<std::pair<std::string, std::string>> tried;
  std::vector<Finding> findings;
  for (const MpiProgram& program : programs) {
    if (tried.emplace(program.interpreter, program.mpi.path).second)
      findings.push_back(look_at_world(deployed, host, launch, program));
  }
  return findings;
}

}  // namespace xaas
