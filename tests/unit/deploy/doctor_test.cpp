// SPDX-License-Identifier: Apache-2.0
#include "doctor/doctor.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace xaas {
namespace {

using ::testing::HasSubstr;
using Kind = Finding::Kind;

/// A machine of which all is known, and that has nothing but its processor.
Target bare(const std::string& cpu) {
  Target target = *target_of_cpu(cpu);
  target.libc_name = "glibc";
  target.libc_version = "2.36";
  target.gpus.emplace();
  target.mpi.emplace();
  target.blas.emplace();
  target.fft.emplace();
  target.runtimes.emplace();
  target.scheduler.name = "none";
  return target;
}

Finding about(const Target& target, const std::string& what) {
  const auto findings = machine_findings(target);
  const auto found = std::ranges::find(findings, what, &Finding::about);
  return found == findings.end() ? Finding() : *found;
}

TEST(MachineFindings, ComeInOneOrder) {
  std::vector<std::string> order;
  for (const Finding& finding : machine_findings(bare("znver4"))) order.push_back(finding.about);
  EXPECT_THAT(order, ::testing::ElementsAre("processor", "system", "c-library", "gpu", "mpi",
                                            "blas", "fft", "runtimes", "scheduler"));
}

TEST(MachineFindings, SayWhichFeatureAloneKeepsFromTheNextLevel) {
  Target target = bare("znver4");
  EXPECT_EQ(about(target, "processor").kind, Kind::ok);
  target.cpu.missing_for_next_level = {"avx512cd"};
  EXPECT_EQ(about(target, "processor").kind, Kind::note);
  EXPECT_THAT(about(target, "processor").text,
              HasSubstr("only avx512cd keeps it from the next level"));
  target.cpu.features.clear();
  EXPECT_EQ(about(target, "processor").kind, Kind::problem);
}

TEST(MachineFindings, TellNothingFromNothingKnown) {
  Target target = bare("znver4");
  EXPECT_EQ(about(target, "gpu").text, "there is none");
  EXPECT_THAT(about(target, "mpi").text, HasSubstr("no MPI is found"));
  EXPECT_THAT(about(target, "mpi").help, HasSubstr("load its module"));
  target.mpi.reset();
  target.gpus.reset();
  EXPECT_THAT(about(target, "gpu").text, HasSubstr("nothing is known of GPUs"));
  EXPECT_THAT(about(target, "mpi").text, HasSubstr("nothing is known of MPIs"));
  EXPECT_THAT(about(target, "mpi").help, HasSubstr("xaas-deploy detect --via"));
}

TEST(MachineFindings, DescribeWhatIsThere) {
  Target target = bare("znver4");
  target.gpus = {{.vendor = "nvidia",
                  .name = "NVIDIA A100",
                  .architecture = "sm_80",
                  .count = 4,
                  .driver = "nvidia 550.54"}};
  target.mpi = {{.flavour = "cray-mpich",
                 .abi = "mpich",
                 .version = "8.1.29",
                 .path = "/opt/cray/lib/libmpi_gnu_123.so.12",
                 .module = "cray-mpich/8.1.29"}};
  EXPECT_EQ(about(target, "gpu").text, "4 NVIDIA A100 (sm_80), driver nvidia 550.54");
  EXPECT_EQ(about(target, "mpi").text,
            "cray-mpich 8.1.29 (mpich ABI) in `/opt/cray/lib/libmpi_gnu_123.so.12` after `module "
            "load cray-mpich/8.1.29`");
}

TEST(MachineFindings, DescribeItsLibraries) {
  Target target = bare("znver4");
  target.blas = {{.name = "openblas",
                  .version = "0.3.21",
                  .threading = "pthreads",
                  .integers = "lp64",
                  .provides = {"blas", "lapack"},
                  .path = "/usr/lib/libopenblas.so.0"}};
  target.fft = {{.name = "fftw3", .precisions = {"double"}, .path = "/usr/lib/libfftw3.so.3"}};
  target.system.kernel = "5.14.21";
  target.cpu.topology.cores = 64;
  target.memory = 256'000'000'000;
  EXPECT_EQ(about(target, "blas").text,
            "openblas 0.3.21 (blas, lapack, lp64, threads: pthreads) in "
            "`/usr/lib/libopenblas.so.0`");
  EXPECT_EQ(about(target, "fft").text,
            "fftw3 of unknown version (double) in `/usr/lib/libfftw3.so.3`");
  EXPECT_EQ(about(target, "system").text, "Linux 5.14.21, 64 cores, 256 GB of memory");
}

TEST(MachineFindings, WarnOfALoginNode) {
  Target target = bare("znver4");
  target.scheduler.name = "slurm";
  EXPECT_EQ(about(target, "scheduler").kind, Kind::note);
  EXPECT_EQ(about(target, "scheduler").help,
            "`xaas-deploy detect --via 'srun' --output node.json`, then `--target node.json`");
  target.scheduler.is_allocated = true;
  EXPECT_EQ(about(target, "scheduler").kind, Kind::ok);
}

TEST(MachineFindings, PassOnWhatProbesComplainedOf) {
  Target target = bare("znver4");
  target.probe_errors = {"nvidia-smi: no answer within 5 s"};
  EXPECT_EQ(about(target, "probe").text, "nvidia-smi: no answer within 5 s");
}

TEST(PrintFindings, IndentsAHelpOfSeveralLines) {
  EXPECT_EQ(print_findings({{.kind = Kind::problem, .about = "a", .text = "b", .help = "c\nd"},
                            {.kind = Kind::note, .about = "e", .text = "f"}}),
            "problem: a: b\n  help: c\n    d\nnote: e: f\n");
}

}  // namespace
}  // namespace xaas
