// SPDX-License-Identifier: Apache-2.0

// Whether this machine can run a deployment, found out without running it.

#include "check/check.hpp"

#include "xaas/elf/elf_file.hpp"
#include "xaas/planning/plan.hpp"
#include "xaas/planning/unmet_requirements.hpp"
#include "xaas/support/files.hpp"
#include "xaas/targets/choose_target.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
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

bool is_tree(const Deployed& deployed) {
  return deployed.form == Deployed::Form::tree;
}

/// The command that makes the deployment anew, as far as the record tells.
std::string specialize_again(const Deployed& deployed) {
  const std::string& reference = deployed.record->reference;
  return fmt::format("`xaas-deploy specialize {} --output {} --force`",
                     reference.empty() ? "IMAGE" : reference,
                     is_tree(deployed) ? "tree:" + deployed.path.string() : "oci:LAYOUT:TAG");
}

/// As people name it: below the tree, or in the image.
std::string shown(const Deployed& deployed, const std::string& path) {
  const std::string folder = deployed.path.string() + "/";
  return path.starts_with(folder) ? path.substr(folder.size()) : path;
}

/// Long lists say no more than their beginning.
std::vector<std::string> first_of(std::vector<std::string> words) {
  constexpr std::size_t k_named = 4;
  if (words.size() <= k_named + 1) return words;
  std::string rest = fmt::format("{} more", words.size() - k_named);
  words.resize(k_named);
  words.push_back(std::move(rest));
  return words;
}

template <class Words>
std::vector<std::string> quoted(const Words& words) {
  std::vector<std::string> all;
  all.reserve(words.size());
  for (const std::string& word : words) all.push_back("`" + word + "`");
  return all;
}

struct Place {
  std::string path;
  std::string module;
};

/// A library of that soname which the machine has where loaders do not look.
std::optional<Place> place_elsewhere(const Target& host, const std::string& soname) {
  const auto find_in =
      [&]<class Library>(
          const std::optional<std::vector<Library>>& libraries) -> std::optional<Place> {
    if (!libraries) return std::nullopt;
    const auto found = std::ranges::find(*libraries, soname, &Library::soname);
    if (found == libraries->end()) return std::nullopt;
    return Place{.path = found->path, .module = found->module};
  };
  for (auto place : {find_in(host.mpi), find_in(host.blas), find_in(host.fft)})
    if (place) return place;
  return std::nullopt;
}

std::string help_on_library(const std::string& soname, const Deployed& deployed,
                            const Target& host) {
  const auto place = place_elsewhere(host, soname);
  if (place && !place->module.empty())
    return fmt::format("`module load {}` brings `{}`", place->module, place->path);
  if (place) {
    return fmt::format("`{}` is one: `export LD_LIBRARY_PATH={}:$LD_LIBRARY_PATH`", place->path,
                       fs::path(place->path).parent_path().string());
  }
  if (is_tree(deployed)) {
    return fmt::format(
        "load the module or install the package that brings it, or, if it was removed from the "
        "tree, make that anew: {}",
        specialize_again(deployed));
  }
  return "the image is not whole: copy it again, or package it with `xaas-build ir --include`";
}

Finding describe_library(const LoadProblem& problem, const Deployed& deployed, const Target& host) {
  std::string text = fmt::format("`{}` needs `{}`, which its loader does not find: it is not in ",
                                 shown(deployed, problem.file), problem.needed);
  for (const std::string& folder : first_of(quoted(problem.folders))) text += folder + ", ";
  text += "the loader's cache or the usual folders";
  return {.kind = Kind::problem,
          .about = "libraries",
          .text = std::move(text),
          .help = help_on_library(problem.needed, deployed, host)};
}

Finding describe_loader(const LoadProblem& problem, const Deployed& deployed) {
  return {.kind = Kind::problem,
          .about = "libraries",
          .text = fmt::format("`{}` is started by the loader `{}`, which is not there: the system "
                              "then says that the program itself is not found",
                              shown(deployed, problem.file), problem.needed),
          .help = is_tree(deployed)
                      ? fmt::format("a machine with another C library cannot start it; a tree made "
                                    "here brings the image's own: {}",
                                    specialize_again(deployed))
                      : std::string("the image is not whole: copy it again")};
}

/// Of one file and one library.
Finding describe_versions(const LoadProblem& problem, const std::set<std::string>& versions,
                          const Deployed& deployed, const Target& host) {
  constexpr std::string_view k_glibc = "GLIBC_";
  const std::string file = shown(deployed, problem.file);
  const std::string* newest = nullptr;
  for (const std::string& version : versions) {
    const bool is_newer = newest == nullptr || is_older_version(*newest, version);
    if (version.starts_with(k_glibc) && is_newer) newest = &version;
  }
  Finding finding{.kind = Kind::problem, .about = "libraries"};
  if (newest != nullptr && is_tree(deployed)) {
    finding.text = fmt::format("`{}` needs {}, and this machine's C library is {}", file, *newest,
                               host.libc_version.empty() ? "older" : host.libc_version);
    finding.help =
        fmt::format("a tree that is made here brings the image's C library where that is newer: {}",
                    specialize_again(deployed));
    return finding;
  }
  finding.text =
      fmt::format("`{}` needs {} of `{}`, which does not define {}", file,
                  enumerated({versions.begin(), versions.end()}), shown(deployed, problem.provider),
                  versions.size() == 1 ? "that version" : "these versions");
  finding.help = fmt::format(
      "another release of `{}` is found first than the one it was linked "
      "with: unload the module, or take its folder out of "
      "LD_LIBRARY_PATH, or load one that brings a newer release",
      fs::path(problem.provider).filename().string());
  return finding;
}

Finding describe_symbols(const std::string& file, const std::set<std::string>& symbols,
                         const Deployed& deployed) {
  return {.kind = Kind::problem,
          .about = "libraries",
          .text = fmt::format("`{}` uses {}, which none of the libraries that it loads defines",
                              shown(deployed, file), enumerated(first_of(quoted(symbols)))),
          .help =
              "a library of the same name but of another release is found first: unload its "
              "module, or take its folder out of LD_LIBRARY_PATH"};
}

}  // namespace

std::vector<std::string> programs_of(const Deployed& deployed) {
  std::set<std::string> programs;
  for (const DeployedProduct& product : deployed.part->products) {
    if (!is_tree(deployed)) {
      programs.insert(product.path);
    } else if (!product.place.empty()) {
      programs.insert((deployed.path / product.place).string());
    }
  }
  if (!is_tree(deployed)) {
    programs.insert(deployed.part->generic_products.begin(), deployed.part->generic_products.end());
    if (!deployed.entrypoint.empty() && deployed.entrypoint.front().starts_with('/'))
      programs.insert(deployed.entrypoint.front());
    return {programs.begin(), programs.end()};
  }
  // What was not lowered has no place in the record.
  std::error_code error;
  for (fs::directory_iterator entry(deployed.path / "bin", error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code ignored;
    if (entry->is_regular_file(ignored)) programs.insert(entry->path().string());
  }
  return {programs.begin(), programs.end()};
}

std::string job_command(const Target& host) {
  if (host.scheduler.is_allocated) return {};
  static const std::map<std::string, std::string, std::less<>> commands = {
      {"slurm", "srun"}, {"flux", "flux run"}, {"lsf", "bsub -I"}, {"pbs", "qsub -I"}};
  const auto found = commands.find(host.scheduler.name);
  return found == commands.end() ? std::string() : found->second;
}

Finding processor_finding(const Deployed& deployed, const Target& host) {
  const Target& target = deployed.part->target;
  Finding finding{.about = "processor"};
  if (runs_on(target, host)) {
    finding.text = fmt::format("`{}` has what code for `{}` uses", host.cpu.name, target.cpu.name);
    return finding;
  }
  finding.kind = Kind::problem;
  if (target.architecture != host.architecture) {
    finding.text = fmt::format("it was made for {}, and this machine is {}", target.architecture,
                               host.architecture);
    finding.help = "package the application on a machine of that architecture, too";
    return finding;
  }
  const auto missing = missing_features(target, host);
  finding.text = fmt::format(
      "it was made for `{}`, and the processor `{}` lacks {}: its programs refuse to start",
      target.cpu.name, host.cpu.name, enumerated(first_of(missing)));
  const std::string job = job_command(host);
  if (!job.empty()) {
    finding.help = fmt::format(
        "this looks like a login node; ask where it is to run: `{} "
        "xaas-deploy check {}`; or ",
        job, deployed.name);
  }
  finding.help += fmt::format("make it for this machine: {}", specialize_again(deployed));
  return finding;
}

std::vector<Finding> describe_load_problems(const std::vector<LoadProblem>& problems,
                                            const Deployed& deployed, const Target& host) {
  std::vector<Finding> findings;
  std::map<std::pair<std::string, std::string>, std::set<std::string>> versions;
  std::map<std::string, std::set<std::string>> symbols;
  const auto add = [&](Finding finding) {
    if (std::ranges::find(findings, finding) == findings.end())
      findings.push_back(std::move(finding));
  };
  for (const LoadProblem& problem : problems) {
    switch (problem.kind) {
      case LoadProblem::Kind::unreadable:  // said of files already
        break;
      case LoadProblem::Kind::no_loader:
        add(describe_loader(problem, deployed));
        break;
      case LoadProblem::Kind::no_library:
        add(describe_library(problem, deployed, host));
        break;
      case LoadProblem::Kind::no_version:
        versions[{problem.file, problem.provider}].insert(problem.needed);
        break;
      case LoadProblem::Kind::no_symbol:
        symbols[problem.file].insert(problem.needed);
        break;
    }
  }
  for (const auto& [place, names] : versions) {
    add(describe_versions({.file = place.first, .provider = place.second}, names, deployed, host));
  }
  for (const auto& [file, names] : symbols) add(describe_symbols(file, names, deployed));
  return findings;
}

std::vector<Finding> library_findings(const Deployed& deployed, const Target& host) {
  const fs::path root = is_tree(deployed) ? fs::path() : deployed.path;
  const std::string own = is_tree(deployed) ? deployed.path.string() : std::string();
  const auto programs = programs_of(deployed);
  const auto problems = load_problems(root, programs, own, deployed.bound);
  auto findings = describe_load_problems(problems, deployed, host);
  if (!findings.empty()) return findings;
  return {{.about = "libraries",
           .text = fmt::format("the loader finds all that {} programs and libraries need",
                               programs.size())}};
}

std::vector<Finding> gone_library_findings(const Deployed& deployed) {
  std::vector<Finding> findings;
  for (const LinkedLibrary& library : deployed.part->libraries) {
    std::error_code error;
    if (std::filesystem::exists(library.path, error)) continue;
    findings.push_back(
        {.kind = Finding::Kind::note,
         .about = "libraries",
         .text = fmt::format("`{}` ({}), which it was linked with, is gone", library.path,
                             library.soname),
         .help = "another library that is called so may be loaded in its place; `xaas-deploy "
                 "refresh` links a tree with what is here now"});
  }
  return findings;
}

std::vector<Finding> requirement_findings(const Deployed& deployed, const Target& host) {
  if (!deployed.record->decision) return {};
  const Requirements& all = deployed.record->decision->requirements;
  const std::string name = fmt::format("the configuration `{}`", deployed.record->configuration);
  std::vector<Finding> findings;
  if (!all.gpu_backend.empty() || !all.gpu_architectures.empty()) {
    const auto unmet = unmet_requirements(
        name, {.gpu_backend = all.gpu_backend, .gpu_architectures = all.gpu_architectures},
        {&host, 1});
    for (const UnmetRequirement& requirement : unmet) {
      const std::string job = job_command(host);
      findings.push_back(
          {.kind = Kind::problem,
           .about = "gpu",
           .text = requirement.text,
           .help = job.empty()
                       ? std::string("`xaas-deploy doctor` says what it sees of GPUs; in a "
                                     "container, they must be given to it; or deploy another "
                                     "configuration, which `xaas-deploy why-not` lists")
                       : fmt::format("ask on a node that has one: `{} xaas-deploy check {}`, with "
                                     "the options that give a job GPUs",
                                     job, deployed.name)});
    }
    if (unmet.empty()) findings.push_back({.about = "gpu", .text = "there is one that it can use"});
  }
  if (!all.mpi.empty()) {
    for (const UnmetRequirement& requirement :
         unmet_requirements(name, {.mpi = all.mpi}, {&host, 1})) {
      findings.push_back(
          {.kind = Kind::note,
           .about = "mpi",
           .text = requirement.text + "; a launcher of another kind starts each rank in a world "
                                      "of its own",
           .help = "start several ranks with an `mpiexec` of that ABI, or on a machine that has "
                   "one"});
    }
  }
  return findings;
}

}  // namespace xaas
