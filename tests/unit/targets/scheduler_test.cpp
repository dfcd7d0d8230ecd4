// SPDX-License-Identifier: Apache-2.0
#include "scheduler.hpp"

#include "fake_host.hpp"

#include <gtest/gtest.h>

namespace xaas {
namespace {

using testing::FakeHost;

FakeHost machine() {
  FakeHost host;
  host.files["/etc/hostname"] = "login1\n";
  return host;
}

Target described(const FakeHost& host) {
  Target target;
  describe_scheduler(host, target);
  return target;
}

TEST(DescribeScheduler, IsNoneWhereNothingIsConfigured) {
  const auto target = described(machine());
  EXPECT_EQ(target.scheduler, Scheduler{.name = "none"});
  EXPECT_EQ(target.origins.at("scheduler.name"), "/etc");
}

TEST(DescribeScheduler, KnowsNothingOfAMachineWithoutEtc) {
  EXPECT_EQ(described(FakeHost()), Target());
}

TEST(DescribeScheduler, IsNotThereBecauseOfItsProgramsAlone) {
  auto host = machine();
  host.variables["PATH"] = "/usr/bin";
  host.files["/usr/bin/sinfo"] = host.files["/usr/bin/srun"] = "#!";
  host.files["/etc/slurm/plugstack.conf"] = "";
  EXPECT_EQ(described(host).scheduler.name, "none");
}

TEST(DescribeScheduler, IsFoundByItsConfiguration) {
  for (const auto& [file, name] : {std::pair{"/etc/slurm/slurm.conf", "slurm"},
                                   {"/run/slurm/conf/slurm.conf", "slurm"},
                                   {"/etc/pbs.conf", "pbs"},
                                   {"/etc/lsf.conf", "lsf"},
                                   {"/run/flux/local", "flux"}}) {
    auto host = machine();
    host.files[file] = "";
    const auto target = described(host);
    EXPECT_EQ(target.scheduler, Scheduler{.name = name});
    EXPECT_EQ(target.origins.at("scheduler.name"), file);
  }
  for (const auto& [variable, name] : {std::pair{"SLURM_CONF", "slurm"},
                                       {"PBS_CONF_FILE", "pbs"},
                                       {"LSF_ENVDIR", "lsf"},
                                       {"SGE_ROOT", "sge"}}) {
    auto host = machine();
    host.variables[variable] = "/shared/etc";
    const auto target = described(host);
    EXPECT_EQ(target.scheduler, Scheduler{.name = name});
    EXPECT_EQ(target.origins.at("scheduler.name"), variable);
  }
}

TEST(DescribeScheduler, IsAllocatedOnANodeOfAJob) {
  using Variables = std::map<std::string, std::string>;
  for (const auto& [variables, name] :
       {std::pair{Variables{{"SLURM_JOB_ID", "7"}, {"SLURMD_NODENAME", "n1"}}, "slurm"},
        {Variables{{"PBS_JOBID", "7.server"}}, "pbs"},
        {Variables{{"LSB_JOBID", "7"}}, "lsf"},
        {Variables{{"FLUX_URI", "local:///run/flux"}}, "flux"},
        {Variables{{"JOB_ID", "7"}, {"SGE_ROOT", "/sge"}}, "sge"}}) {
    FakeHost host;  // a container: its /etc says nothing
    host.variables = variables;
    EXPECT_EQ(described(host).scheduler, (Scheduler{.name = name, .is_allocated = true}));
  }
}

TEST(DescribeScheduler, IsNotAllocatedInTheShellThatSallocStartsOnALoginNode) {
  auto host = machine();
  host.files["/etc/slurm/slurm.conf"] = "";
  host.variables["SLURM_JOB_ID"] = "7";
  EXPECT_EQ(described(host).scheduler, Scheduler{.name = "slurm"});
}

TEST(DescribeScheduler, IsTheInnerOneOfTwo) {
  auto host = machine();
  host.variables = {
      {"SLURM_JOB_ID", "7"}, {"SLURMD_NODENAME", "n1"}, {"FLUX_URI", "local:///run/flux"}};
  EXPECT_EQ(described(host).scheduler, (Scheduler{.name = "flux", .is_allocated = true}));
}

}  // namespace
}  // namespace xaas
