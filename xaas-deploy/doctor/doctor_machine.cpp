// SPDX-License-Identifier: Apache-2.0

// What is known of a machine, fact by fact, in one order. A fact that is merely unknown is a note:
// most people can deploy without it, and the help says how to find it out.

#include "check/check.hpp"
#include "doctor/doctor.hpp"

#include "xaas/planning/unmet_requirements.hpp"
#include "xaas/support/diagnostics.hpp"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace xaas {
namespace {

using Kind = Finding::Kind;

constexpr const char* k_detect_there =
    "describe it where it is true: `xaas-deploy detect --via COMMAND --output node.json`";

Finding on_processor(const Target& target) {
  const Cpu& cpu = target.cpu;
  if (cpu.features.empty()) {
    return {.kind = Kind::problem,
            .about = "processor",
            .text = fmt::format("nothing is known of the processor's features ({}): only "
                                "applications for other machines can be deployed",
                                target.architecture),
            .help =
                "name it: `--target` takes any processor that LLVM knows, such as `znver4` or "
                "`neoverse-v2`"};
  }
  Finding finding{
      .about = "processor",
      .text = fmt::format("`{}`{}, {} features", cpu.name,
                          cpu.level.empty() ? "" : " (" + cpu.level + ")", cpu.features.size())};
  // Of a level of which much is missing it was never one.
  constexpr std::size_t k_few = 3;
  const auto& missing = cpu.missing_for_next_level;
  if (missing.empty() || missing.size() > k_few) return finding;
  finding.kind = Kind::note;
  finding.text += fmt::format("; only {} keeps it from the next level", enumerated(missing));
  finding.help =
      "if the processor has it, the hypervisor or the kernel hides it: ask for a machine "
      "type that shows it";
  return finding;
}

Finding on_c_library(const Target& target) {
  if (!target.libc_version.empty())
    return {.about = "c-library", .text = "glibc " + target.libc_version};
  return {
      .kind = Kind::note,
      .about = "c-library",
      .text = target.libc_name == "none"
                  ? std::string("there is no glibc: programs run with the image's own")
                  : std::string("nothing is known of it: a tree is made for the machine's, "
                                "which must not be older than the image's"),
      .help = target.libc_name == "none"
                  ? std::string()
                  : std::string("`--c-library image` brings the image's; or ") + k_detect_there};
}

std::string described(const Gpu& gpu) {
  return fmt::format("{} {}{}{}", gpu.count, gpu.name.empty() ? gpu.vendor + " GPU" : gpu.name,
                     gpu.architecture.empty() ? "" : " (" + gpu.architecture + ")",
                     gpu.driver.empty() ? "" : ", driver " + gpu.driver);
}

std::string described(const MpiInstallation& mpi) {
  return fmt::format("{} {} ({} ABI) in `{}`{}", mpi.flavour.empty() ? "an MPI" : mpi.flavour,
                     mpi.version.empty() ? "of unknown version" : mpi.version, mpi.abi, mpi.path,
                     mpi.module.empty() ? "" : fmt::format(" after `module load {}`", mpi.module));
}

std::string described(const ContainerRuntime& runtime) {
  return fmt::format("{} (`{}`)", runtime.name, runtime.path);
}

std::string described(const BlasLibrary& blas) {
  std::vector<std::string> facts(blas.provides.begin(), blas.provides.end());
  if (!blas.integers.empty()) facts.push_back(blas.integers);
  if (!blas.threading.empty()) facts.push_back("threads: " + blas.threading);
  return fmt::format("{} {}{} in `{}`", blas.name,
                     blas.version.empty() ? "of unknown version" : blas.version,
                     facts.empty() ? "" : fmt::format(" ({})", fmt::join(facts, ", ")), blas.path);
}

std::string described(const FftLibrary& fft) {
  return fmt::format("{} {} ({}) in `{}`", fft.name,
                     fft.version.empty() ? "of unknown version" : fft.version,
                     fmt::join(fft.precisions, ", "), fft.path);
}

/// One for each thing of a list, or what it means that there is none, or that nobody knows.
template <class Thing>
std::vector<Finding> on_list(const std::string& about,
                             const std::optional<std::vector<Thing>>& things, Finding none,
                             std::string unknown) {
  std::vector<Finding> findings;
  if (!things) {
    findings.push_back(
        {.kind = Kind::note, .about = about, .text = std::move(unknown), .help = k_detect_there});
    return findings;
  }
  for (const Thing& thing : *things) findings.push_back({.about = about, .text = described(thing)});
  none.about = about;
  if (findings.empty()) findings.push_back(std::move(none));
  return findings;
}

void append(std::vector<Finding>& findings, std::vector<Finding> more) {
  for (Finding& finding : more) findings.push_back(std::move(finding));
}

/// What is known of it.
Finding on_system(const Target& target) {
  std::vector<std::string> parts;
  if (!target.system.distribution.empty()) parts.push_back(target.system.distribution);
  if (!target.system.kernel.empty()) parts.push_back("Linux " + target.system.kernel);
  if (const unsigned cores = target.cpu.topology.cores; cores != 0)
    parts.push_back(fmt::format("{} cores", cores));
  if (target.memory != 0) parts.push_back(human_bytes(target.memory) + " of memory");
  return {.about = "system",
          .text = parts.empty() ? std::string("nothing is known of it")
                                : fmt::format("{}", fmt::join(parts, ", "))};
}

Finding on_scheduler(const Target& target) {
  const std::string& name = target.scheduler.name;
  Finding finding{.about = "scheduler"};
  if (name.empty() || name == "none") {
    finding.text = "none: programs run where they are started";
  } else if (target.scheduler.is_allocated) {
    finding.text = fmt::format("{}, and this is within a job", name);
  } else {
    finding.kind = Kind::note;
    finding.text = fmt::format(
        "{}, and this is not within a job: the nodes that jobs run on may be other machines", name);
    const std::string job = job_command(target);
    finding.help =
        fmt::format("`xaas-deploy detect --via '{}' --output node.json`, then `--target node.json`",
                    job.empty() ? "COMMAND" : job);
  }
  return finding;
}

}  // namespace

std::vector<Finding> machine_findings(const Target& target) {
  std::vector<Finding> findings{on_processor(target), on_system(target), on_c_library(target)};
  append(findings,
         on_list("gpu", target.gpus, {.text = "there is none"},
                 "nothing is known of GPUs: configurations that need one are not chosen"));
  append(findings,
         on_list("mpi", target.mpi,
                 {.kind = Kind::note,
                  .text = "no MPI is found: configurations that need one are not chosen",
                  .help = "load its module and ask again: what is loaded counts, too"},
                 "nothing is known of MPIs: configurations that need one are not chosen"));
  append(findings, on_list("blas", target.blas, {.text = "none is found"},
                           "nothing is known of libraries of linear algebra"));
  append(findings, on_list("fft", target.fft, {.text = "none is found"},
                           "nothing is known of FFT libraries"));
  append(findings,
         on_list("runtimes", target.runtimes,
                 {.kind = Kind::note,
                  .text = "no container runtime is found",
                  .help = "`tree:FOLDER` needs none, and `xaas-deploy run` starts images itself"},
                 "nothing is known of container runtimes; `tree:FOLDER` needs none"));
  findings.push_back(on_scheduler(target));
  for (const std::string& error : target.probe_errors) {
    findings.push_back({.kind = Kind::note,
                        .about = "probe",
                        .text = error,
                        .help = "where that is wrong: `xaas-deploy detect --output FILE`, correct "
                                "the file, `--target FILE`"});
  }
  return findings;
}

}  // namespace xaas
