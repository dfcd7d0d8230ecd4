// SPDX-License-Identifier: Apache-2.0
#include "export/export.hpp"

#include "xaas/support/files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace xaas {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using Kind = ExportSubject::Kind;

ExportSubject subject_of(Kind kind) {
  ExportSubject subject{.kind = kind,
                        .name = "here",
                        .path = "/apps/heat",
                        .tag = "latest",
                        .digest = "sha256:0123456789abcdef",
                        .program = {"/usr/local/bin/heat"},
                        .command = "xaas-deploy export here"};
  subject.record.application = "heat";
  subject.part.target.cpu.name = "znver4";
  return subject;
}

TEST(ExportHeader, KeepsALineThatSomebodyPutIntoARecordInItsComment) {
  ExportSubject subject = subject_of(Kind::tree);
  subject.record.application = "heat\nrm -rf /";
  subject.record.configuration = "a\rb";
  const std::string text = export_header(subject, "#", "as a job", {"x\ny"});
  EXPECT_EQ(text,
            "# heat?rm -rf / as a job, specialized for znver4\n# configuration: a?b\n"
            "# deployment: sha256:0123456789abcdef\n# made by: xaas-deploy export here\n# x?y\n");
  EXPECT_EQ(plain_name(subject), "heat-rm--rf--");
  subject.record.application = "../..";
  EXPECT_EQ(plain_name(subject), "deployment");
}

TEST(PathsToBind, RefusesWhatOptionsCannotSay) {
  ExportSubject subject = subject_of(Kind::layout);
  subject.bound.paths = {"/opt/mpi/lib"};
  subject.site.bind = {"/data", "/opt/mpi/lib"};
  EXPECT_THAT(paths_to_bind(subject).value(), ::testing::ElementsAre("/opt/mpi/lib", "/data"));
  for (const char* path : {"/a:b", "/a,b", "/a\nb"}) {
    subject.site.bind = {path};
    const auto paths = paths_to_bind(subject);
    ASSERT_FALSE(paths) << path;
    EXPECT_EQ(paths.error().code(), "export.path");
  }
  subject.site.bind = {"/it's a folder"};
  EXPECT_THAT(export_apptainer(subject).value(), HasSubstr("--bind '/it'\\''s a folder' \\\n"));
}

TEST(Exports, RefuseWhatTheyDoNotTake) {
  using Export = Result<std::string> (*)(const ExportSubject&);
  const std::map<Kind, std::vector<Export>> refused{
      {Kind::tree, {export_apptainer, export_charliecloud, export_podman, export_edf}},
      {Kind::layout, {export_edf, export_lua_module, export_tcl_module}},
      {Kind::archive, {export_charliecloud, export_edf, export_lua_module}},
      {Kind::sif, {export_charliecloud, export_podman, export_edf, export_lua_module}},
      {Kind::squashfs, {export_podman, export_lua_module}}};
  for (const auto& [kind, exports] : refused) {
    for (const Export one : exports) {
      const auto text = one(subject_of(kind));
      ASSERT_FALSE(text);
      EXPECT_EQ(text.error().code(), "export.form");
      EXPECT_FALSE(text.error().help().empty());
    }
  }
}

TEST(Exports, GiveGpusToThoseThatNeedThem) {
  ExportSubject subject = subject_of(Kind::layout);
  subject.record.decision.emplace().requirements.gpu_backend = "cuda";
  EXPECT_THAT(export_apptainer(subject).value(), HasSubstr("--nv"));
  EXPECT_THAT(export_podman(subject).value(), HasSubstr("--device=nvidia.com/gpu=all"));
  EXPECT_THAT(export_charliecloud(subject).value(), HasSubstr("ch-fromhost --nvidia"));
  EXPECT_THAT(export_slurm(subject).value(), HasSubstr("#SBATCH --gpus-per-task=1\n"));
  subject.machine.scheduler.request = "-p gpu";
  EXPECT_THAT(export_slurm(subject).value(), HasSubstr("#SBATCH --gpus-per-task=1\n"));
  subject.machine.scheduler.request = "-p gpu --gres=gpu:2";
  EXPECT_THAT(export_slurm(subject).value(),
              AllOf(HasSubstr("#SBATCH -p gpu --gres=gpu:2\n"), Not(HasSubstr("--gpus-per-task"))));
  subject.record.decision->requirements.gpu_backend = "hip";
  EXPECT_THAT(export_apptainer(subject).value(), HasSubstr("--rocm"));
  EXPECT_THAT(export_podman(subject).value(), HasSubstr("--device=/dev/kfd --device=/dev/dri"));
  subject.record.decision->requirements.gpu_backend.clear();
  EXPECT_THAT(export_apptainer(subject).value(), Not(HasSubstr("--rocm")));
}

TEST(ExportEdf, EnablesTheNetworkOfTheMachine) {
  ExportSubject subject = subject_of(Kind::squashfs);
  EXPECT_THAT(export_edf(subject).value(),
              AllOf(Not(HasSubstr("[annotations]")), Not(HasSubstr("[env]"))));
  subject.machine.interconnect.devices = {{{.name = "cxi0", .kind = "cxi"}}};
  subject.record.decision.emplace().requirements.gpu_backend = "cuda";
  subject.mpi = MpiInstallation{.abi = "mpich"};
  subject.path = "/apps/$USER \"x\"";
  subject.site.bind = {"/data"};
  EXPECT_THAT(
      export_edf(subject).value(),
      AllOf(HasSubstr("srun -n 2 --mpi=pmi2 --environment=/PATH/OF/THIS/FILE "
                      "/usr/local/bin/heat [ARGUMENTS]\n"),
            HasSubstr("image = \"/apps/$$USER \\\"x\\\"\"\n"),
            HasSubstr("mounts = [\n  \"/data:/data\",\n]\n"),
            HasSubstr("\n[env]\n\"NVIDIA_DRIVER_CAPABILITIES\" = \"compute,utility\"\n"),
            HasSubstr("\n[annotations]\ncom.hooks.cxi.enabled = \"true\"\n# A program with NCCL")));
}

TEST(ExportSlurm, StartsRanksByTheSitesLauncherOrInTheMpisProtocol) {
  ExportSubject subject = subject_of(Kind::tree);
  EXPECT_THAT(export_slurm(subject).value(),
              AllOf(HasSubstr("--ntasks=1\n"), HasSubstr("\nexec /usr/local/bin/heat \"$@\"\n")));
  subject.mpi = MpiInstallation{.flavour = "mpich", .abi = "mpich"};
  EXPECT_THAT(export_slurm(subject).value(),
              AllOf(HasSubstr("--ntasks=2\n"), HasSubstr("\nexec srun --mpi=pmi2 /usr")));
  subject.mpi->abi = "openmpi";
  EXPECT_THAT(export_slurm(subject).value(), HasSubstr("\nexec srun --mpi=pmix /usr"));
  subject.mpi = MpiInstallation{.flavour = "cray-mpich", .abi = "mpich"};
  EXPECT_THAT(export_slurm(subject).value(), HasSubstr("\nexec srun /usr"));
  subject.site.launcher = {"mpiexec", "-x"};
  subject.program.clear();
  EXPECT_THAT(export_slurm(subject).value(), HasSubstr("\nexec mpiexec -x \"$@\"\n"));
}

TEST(ExportSlurm, SetsWhatATreeNeeds) {
  ExportSubject subject = subject_of(Kind::tree);
  subject.path = "/my apps/heat";
  subject.settings = {{"DATA", "a b"}, {"no-name", "x"}};
  subject.record.command = {"--steps", "1 0"};
  subject.part.libraries = {{.module = "gcc/12 mpich/4"}, {.module = "mpich/4"}, {}};
  EXPECT_THAT(export_slurm(subject).value(),
              HasSubstr("\nmodule load gcc/12 mpich/4\nexport PATH='/my apps/heat/bin':\"$PATH\"\n"
                        "export DATA='a b'\n[ $# -gt 0 ] || set -- --steps '1 0'\nexec "));
}

TEST(ExportModule, RefusesAPathThatPathCannotHold) {
  ExportSubject subject = subject_of(Kind::tree);
  subject.path = "/a:b";
  EXPECT_EQ(export_lua_module(subject).error().code(), "export.path");
  EXPECT_EQ(export_tcl_module(subject).error().code(), "export.path");
}

TEST(ExportPodman, RefusesAPathThatPodmanCannotName) {
  ExportSubject subject = subject_of(Kind::layout);
  for (const char* path : {"/apps/Heat", "/apps/-", "/apps/a b"}) {
    subject.path = path;
    EXPECT_EQ(export_podman(subject).error().code(), "export.path") << path;
  }
  subject.path = "/Apps/heat";
  EXPECT_THAT(export_podman(subject).value(), HasSubstr("\ncd /Apps\n"));
  subject.path = "/a:b/heat";
  EXPECT_EQ(export_podman(subject).error().code(), "export.path");
}

}  // namespace
}  // namespace xaas
