// SPDX-License-Identifier: Apache-2.0
#include "check/mpi_world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace xaas {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

Finding world_of(const Outcome& outcome, const std::string& command = "mpiexec -n 2",
                 const std::string& own_launcher = "") {
  return describe_world({.command = command}, outcome,
                        {.flavour = "mpich", .version = "4.0.2", .path = "/opt/libmpi.so.12"},
                        own_launcher);
}

void expect_problem(const Finding& finding, const std::string& text, const std::string& help) {
  EXPECT_EQ(finding.kind, Finding::Kind::problem);
  EXPECT_EQ(finding.about, "mpi");
  EXPECT_EQ(finding.text, text);
  EXPECT_THAT(finding.help, HasSubstr(help));
}

TEST(DescribeWorld, IsContentWithRanksThatAllKnowOfAll) {
  const auto finding = world_of({.output = "xaas-mpi 1 of 2\nxaas-mpi 0 of 2\n"});
  EXPECT_EQ(finding.kind, Finding::Kind::ok);
  EXPECT_EQ(finding.text,
            "`mpiexec -n 2` starts 2 ranks that form one world, with `/opt/libmpi.so.12` (mpich "
            "4.0.2)");
  EXPECT_EQ(finding.help, "");
}

TEST(DescribeWorld, PassesOverWhatLaunchersPrintThemselves) {
  EXPECT_EQ(
      world_of({.output = "Welcome to xaas-mpi 7\n[1] xaas-mpi 1 of 2[0] xaas-mpi 0 of 2"}).kind,
      Finding::Kind::ok);
}

TEST(DescribeWorld, SeesThatEachRankIsAlone) {
  const Outcome alone{.output = "xaas-mpi 0 of 1\nxaas-mpi 0 of 1\n"};
  expect_problem(world_of(alone, "mpirun -n 2", "/opt/bin/mpiexec"),
                 "`mpirun -n 2` starts 2 programs that do not know of each other, each a world of "
                 "one rank: it speaks no protocol (PMI) that `/opt/libmpi.so.12` (mpich 4.0.2) "
                 "understands",
                 "that MPI's own launcher is `/opt/bin/mpiexec`");
  EXPECT_EQ(world_of(alone).help, "start them with the launcher of that MPI");
  EXPECT_THAT(world_of(alone, "srun -n 2").help, HasSubstr("`--mpi=pmi2` or `--mpi=pmix`; start"));
}

TEST(DescribeWorld, AsksForMoreThanOneRank) {
  expect_problem(world_of({.output = "xaas-mpi 0 of 1\n"}, "mpiexec"), "`mpiexec` starts one rank",
                 "`-n 2`");
}

TEST(DescribeWorld, SeesRanksThatAreMissingOrInOtherWorlds) {
  for (const char* output :
       {"xaas-mpi 0 of 3\nxaas-mpi 1 of 3\n", "xaas-mpi 0 of 2\nxaas-mpi 0 of 2\n",
        "xaas-mpi 0 of 2\nxaas-mpi 2 of 2\n", "xaas-mpi 0 of 2\nxaas-mpi 0 of 1\n"})
    EXPECT_THAT(world_of({.output = output}).text, StartsWith("of `mpiexec -n 2`, 2 ranks were"));
}

TEST(DescribeWorld, SaysWhatALauncherComplainsOf) {
  expect_problem(world_of({.exit_code = 1, .errors = "-----\n\nno slots\nmore\n"}),
                 "`mpiexec -n 2` ended with 1", "it said: no slots");
  expect_problem(world_of({.exit_code = 1, .output = "no slots\n"}), "`mpiexec -n 2` ended with 1",
                 "it said: no slots");
  expect_problem(world_of({.exit_code = 1}), "`mpiexec -n 2` ended with 1", "it said nothing");
  expect_problem(world_of({.exit_code = 127, .errors = "sh: mpiexec: not found\n"}),
                 "`mpiexec -n 2` is not found here, or what it starts is not where it starts it: "
                 "sh: mpiexec: not found",
                 "load the module");
}

TEST(DescribeWorld, SaysThatALauncherDoesNotEnd) {
  const std::string text =
      "`mpiexec -n 2` did not come to an end within 60 s, and its ranks only meet and end";
  expect_problem(world_of({.exit_code = 143, .timed_out = true}), text, "`--wait`");
  expect_problem(world_of({.exit_code = 143, .timed_out = true, .errors = "srun: job 7 queued\n"}),
                 text, "it said: srun: job 7 queued");
}

TEST(DescribeWorld, SaysThatNothingWasHeard) {
  expect_problem(world_of({.output = "xaas-mpi x of 2\nSubmitted batch job 7\n"}, "sbatch"),
                 "`sbatch` ended without a word of what it was to start", "wait for its ranks");
}

TEST(SiteLaunch, StartsTwoRanksWhereTheSiteSaysNoNumber) {
  const Target host;
  EXPECT_EQ(site_launch({}, host, Asked::no), "");
  EXPECT_EQ(site_launch({.launcher = {"srun", "--mpi=pmix"}}, host, Asked::no),
            "srun --mpi=pmix -n 2");
  EXPECT_EQ(site_launch({.launcher = {"mpiexec", "-env", "A", "b c"}}, host, Asked::no),
            "mpiexec -env A 'b c' -n 2");
  for (const std::string count : {"-n3", "--ntasks=3", "-np", "-n"})
    EXPECT_EQ(site_launch({.launcher = {"run", count, "3"}}, host, Asked::no),
              "run " + count + " 3");
}

TEST(SiteLaunch, SubmitsNoJobUnasked) {
  Target host;
  host.scheduler.name = "slurm";
  EXPECT_EQ(site_launch({.launcher = {"srun"}}, host, Asked::no), "");
  EXPECT_EQ(site_launch({.launcher = {"srun"}}, host, Asked::yes), "srun -n 2");
  host.scheduler.is_allocated = true;
  EXPECT_EQ(site_launch({.launcher = {"srun"}}, host, Asked::no), "srun -n 2");
}

}  // namespace
}  // namespace xaas
