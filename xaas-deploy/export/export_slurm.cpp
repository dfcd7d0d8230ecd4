// SPDX-License-Identifier: Apache-2.0
#include "export/export.hpp"

#include "xaas/support/process.hpp"
#include "xaas/support/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace xaas {
namespace {

using Kind = ExportSubject::Kind;

/// What the description of the machine says of how its nodes are asked for. It comes last, where it
/// wins over what a user may want to change.
std::string request_of(const ExportSubject& subject) {
  const std::string& request = subject.machine.scheduler.request;
  return request.contains('\n') ? std::string() : request;
}

std::string job_options(const ExportSubject& subject) {
  const std::string request = request_of(subject);
  std::string text = fmt::format(
      "#SBATCH --job-name={}\n#SBATCH --nodes=1\n#SBATCH --ntasks={}\n#SBATCH --time=01:00:00\n",
      plain_name(subject), subject.mpi ? 2 : 1);
  const bool asks_for_gpus =
      request.contains("--gpu") || request.contains("--gres") || request.contains("-G");
  if (!needed_gpu(subject).empty() && !asks_for_gpus) text += "#SBATCH --gpus-per-task=1\n";
  if (!request.empty()) text += fmt::format("#SBATCH {}\n", request);
  return text;
}

/// The site's launcher, else Slurm's with the protocol that the MPI speaks.
std::vector<std::string> launcher_of(const ExportSubject& subject) {
  if (!subject.mpi) return {};
  if (!subject.site.launcher.empty()) return subject.site.launcher;
  // Cray's is set up by the site, as Slurm's default.
  if (subject.mpi->flavour == "cray-mpich") return {"srun"};
  if (subject.mpi->abi == "mpich") return {"srun", "--mpi=pmi2"};
  if (subject.mpi->abi == "openmpi") return {"srun", "--mpi=pmix"};
  return {"srun"};
}

bool is_shell_name(std::string_view name) {
  return !name.empty() && !is_digit(name.front()) &&
         std::ranges::all_of(name, [](char c) { return is_alphanumeric(c) || c == '_'; });
}

/// What a tree's programs find set; an image has its own.
std::string environment_of(const ExportSubject& subject) {
  if (subject.kind != Kind::tree) return {};
  const auto modules = needed_modules(subject.part);
  std::string text = modules.empty() ? "" : "module load " + shell_quoted(modules) + "\n";
  const std::string bin = (subject.path / "bin").string();
  text += fmt::format("export PATH={}:\"$PATH\"\n", shell_quoted({bin}));
  for (const auto& [name, value] : subject.settings)
    if (is_shell_name(name)) text += fmt::format("export {}={}\n", name, shell_quoted({value}));
  return text + default_arguments(subject);
}

/// What starts one rank.
Result<std::vector<std::string>> rank_words(const ExportSubject& subject) {
  switch (subject.kind) {
    case Kind::tree:
      return subject.program;
    case Kind::layout:
    case Kind::archive:
      return std::vector<std::string>{
          "xaas-deploy", "run",
          fmt::format("{}:{}:{}", subject.kind == Kind::layout ? "oci" : "oci-archive",
                      subject.path.string(), subject.tag),
          "--"};
    case Kind::sif:
    case Kind::squashfs:
      break;
  }
  XAAS_TRY(const auto options, apptainer_options(subject));
  std::vector<std::string> words;
  for (const auto& option : options) words.insert(words.end(), option.begin(), option.end());
  words.push_back(subject.path.string());
  return words;
}

}  // namespace

Result<std::string> export_slurm(const ExportSubject& subject) {
  auto words = launcher_of(subject);
  XAAS_TRY(const auto rank, rank_words(subject));
  words.insert(words.end(), rank.begin(), rank.end());
  std::vector<std::string> usage{
      "submit it: sbatch FILE [ARGUMENTS]; options in front of FILE win over those below"};
  if (subject.mpi && !subject.mpi->launcher.empty())
    usage.push_back("the MPI's own launcher, in place of the one below: " + subject.mpi->launcher);
  return fmt::format("#!/bin/bash\n{}{}set -e\n{}exec {}{}\"$@\"\n",
                     export_header(subject, "#", "as a job of Slurm", usage), job_options(subject),
                     environment_of(subject), shell_quoted(words), words.empty() ? "" : " ");
}

}  // namespace xaas
