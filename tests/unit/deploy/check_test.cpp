// SPDX-License-Identifier: Apache-2.0
#include "check/check.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace xaas {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Deployed tree_for(const std::string& cpu) {
  Deployed deployed{.form = Deployed::Form::tree, .name = "here", .path = "/apps/heat"};
  deployed.part = DeployedTarget{.target = *target_of_cpu(cpu)};
  deployed.record = DeploymentRecord{.reference = "oci:heat", .targets = {*deployed.part}};
  return deployed;
}

constexpr LoadProblem::Kind k_library = LoadProblem::Kind::no_library;

TEST(DescribeLoadProblems, NameTheModuleThatBringsTheLibrary) {
  Target host = *target_of_cpu("znver4");
  host.mpi = {{.soname = "libmpi.so.12", .path = "/opt/mpi/lib/libmpi.so.12", .module = "impi/21"}};
  const LoadProblem problem{
      .kind = k_library, .file = "/apps/heat/bin/heat", .needed = "libmpi.so.12"};
  const auto findings = describe_load_problems({problem, problem}, tree_for("znver4"), host);
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].text,
            "`bin/heat` needs `libmpi.so.12`, which its loader does not find: it is not in the "
            "loader's cache or the usual folders");
  EXPECT_EQ(findings[0].help, "`module load impi/21` brings `/opt/mpi/lib/libmpi.so.12`");
  host.mpi->front().module.clear();
  EXPECT_EQ(describe_load_problems({problem}, tree_for("znver4"), host)[0].help,
            "`/opt/mpi/lib/libmpi.so.12` is one: `export "
            "LD_LIBRARY_PATH=/opt/mpi/lib:$LD_LIBRARY_PATH`");
}

TEST(DescribeLoadProblems, NameTheFirstOfManyFolders) {
  const LoadProblem problem{.kind = k_library,
                            .file = "/apps/heat/bin/heat",
                            .needed = "liba.so",
                            .folders = {"/a", "/b", "/c", "/d", "/e", "/f"}};
  EXPECT_EQ(describe_load_problems({problem}, tree_for("znver4"), *target_of_cpu("znver4"))[0].text,
            "`bin/heat` needs `liba.so`, which its loader does not find: it is not in `/a`, `/b`, "
            "`/c`, `/d`, 2 more, the loader's cache or the usual folders");
}

TEST(DescribeLoadProblems, GatherTheVersionsOfOneLibrary) {
  const auto problem = [](const std::string& version, const std::string& library) {
    return LoadProblem{.kind = LoadProblem::Kind::no_version,
                       .file = "/apps/heat/bin/heat",
                       .needed = version,
                       .provider = library};
  };
  Target host = *target_of_cpu("znver4");
  host.libc_version = "2.28";
  const auto findings = describe_load_problems(
      {problem("GLIBC_2.34", "/lib/libc.so.6"), problem("GLIBC_2.4", "/lib/libc.so.6"),
       problem("A_2", "/lib/liba.so"), problem("A_3", "/lib/liba.so")},
      tree_for("znver4"), host);
  ASSERT_EQ(findings.size(), 2U);
  EXPECT_EQ(findings[0].text,
            "`bin/heat` needs A_2 and A_3 of `/lib/liba.so`, which does not define these versions");
  EXPECT_EQ(findings[1].text, "`bin/heat` needs GLIBC_2.34, and this machine's C library is 2.28");
}

TEST(ProcessorFinding, SendsWhoAsksOnALoginNodeToAJob) {
  Target host = *target_of_cpu("haswell");
  const Deployed deployed = tree_for("znver4");
  EXPECT_EQ(processor_finding(tree_for("haswell"), host).kind, Finding::Kind::ok);
  host.scheduler.name = "slurm";
  EXPECT_THAT(processor_finding(deployed, host).help,
              ::testing::StartsWith("this looks like a login node; ask where it is to run: `srun "
                                    "xaas-deploy check here`"));
  host.scheduler.is_allocated = true;
  EXPECT_THAT(processor_finding(deployed, host).help,
              ::testing::StartsWith("make it for this machine: `xaas-deploy specialize oci:heat"));
}

TEST(ProcessorFinding, NamesTheFirstOfWhatIsMissing) {
  const auto finding = processor_finding(tree_for("diamondrapids"), *target_of_cpu("haswell"));
  EXPECT_THAT(finding.text, ::testing::ContainsRegex("lacks [^ ]+, [^ ]+, [^ ]+, [^ ]+ and [0-9]+ "
                                                     "more: its programs refuse to start"));
  const auto other = processor_finding(tree_for("neoverse-v2"), *target_of_cpu("haswell"));
  EXPECT_EQ(other.text, "it was made for arm64, and this machine is amd64");
}

TEST(RequirementFindings, AreOfWhatTheConfigurationNeeds) {
  Deployed deployed = tree_for("znver4");
  Target host = *target_of_cpu("znver4");
  host.gpus = {{.vendor = "amd", .architecture = "gfx90a"}};
  host.mpi = {{.flavour = "openmpi", .abi = "openmpi", .version = "4.1.4"}};
  EXPECT_THAT(requirement_findings(deployed, host), IsEmpty());
  deployed.record->configuration = "gpu=hip";
  deployed.record->decision = ConfigurationDecision{.requirements = {.gpu_backend = "hip"}};
  EXPECT_THAT(requirement_findings(deployed, host),
              ElementsAre(Finding{.about = "gpu", .text = "there is one that it can use"}));
  host.gpus->clear();
  deployed.record->decision->requirements.mpi = "mpich";
  const auto findings = requirement_findings(deployed, host);
  ASSERT_EQ(findings.size(), 2U);
  EXPECT_EQ(findings[0].kind, Finding::Kind::problem);
  EXPECT_EQ(findings[0].text,
            "the configuration `gpu=hip` needs a GPU for hip, and `znver4` has none");
  EXPECT_EQ(findings[1].kind, Finding::Kind::note);
  EXPECT_THAT(findings[1].text, ::testing::HasSubstr("needs an MPI with the mpich ABI"));
}

}  // namespace
}  // namespace xaas
