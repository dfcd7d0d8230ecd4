// SPDX-License-Identifier: Apache-2.0
#include "processors.hpp"

#include "expect.hpp"

#include "xaas/support/files.hpp"
#include "xaas/support/process.hpp"

#include <gtest/gtest.h>

#include <sched.h>

#include <utility>
#include <vector>

namespace xaas {
namespace {

/// What `cgroup_processors` says on a machine with these files.
std::optional<unsigned> limit_with(
    const std::vector<std::pair<std::string, std::string>>& machine) {
  const auto root = TemporaryFolder::make();
  EXPECT_OK(root);
  for (const auto& [name, text] : machine) EXPECT_OK(write_file(root->path() / name, text));
  return cgroup_processors(root->path());
}

TEST(CgroupProcessors, IsEmptyWithoutGroups) {
  EXPECT_EQ(limit_with({}), std::nullopt);
}

TEST(CgroupProcessors, ReadsVersionTwoRoundedUp) {
  EXPECT_EQ(limit_with({{"proc/self/cgroup", "0::/job\n"},
                        {"sys/fs/cgroup/job/cpu.max", "250000 100000\n"}}),
            3U);
}

TEST(CgroupProcessors, IsEmptyWhereVersionTwoSetsNoLimit) {
  EXPECT_EQ(limit_with(
                {{"proc/self/cgroup", "0::/job\n"}, {"sys/fs/cgroup/job/cpu.max", "max 100000\n"}}),
            std::nullopt);
}

TEST(CgroupProcessors, TakesTheSmallestOfAGroupAndItsParents) {
  EXPECT_EQ(limit_with({{"proc/self/cgroup", "0::/a/b\n"},
                        {"sys/fs/cgroup/a/b/cpu.max", "800000 100000\n"},
                        {"sys/fs/cgroup/a/cpu.max", "200000 100000\n"}}),
            2U);
}

TEST(CgroupProcessors, ReadsTheMountWhereAContainerHidesTheGroup) {
  EXPECT_EQ(limit_with({{"proc/self/cgroup", "0::/machine/hidden\n"},
                        {"sys/fs/cgroup/cpu.max", "100000 100000\n"}}),
            1U);
}

TEST(CgroupProcessors, ReadsVersionOne) {
  EXPECT_EQ(limit_with({{"proc/self/cgroup", "5:memory:/job\n4:cpu,cpuacct:/job\n0::/\n"},
                        {"sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us", "400000\n"},
                        {"sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_period_us", "100000\n"}}),
            4U);
}

TEST(CgroupProcessors, IsEmptyWhereVersionOneSetsNoLimit) {
  EXPECT_EQ(limit_with({{"proc/self/cgroup", "4:cpu:/\n"},
                        {"sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n"},
                        {"sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n"}}),
            std::nullopt);
}

TEST(CgroupProcessors, PassesOverNonsense) {
  EXPECT_EQ(limit_with(
                {{"proc/self/cgroup", "\n::\nx\n0::/../..\n"}, {"sys/fs/cgroup/cpu.max", "1 0\n"}}),
            std::nullopt);
}

TEST(UsableProcessors, FollowsTheAffinityMask) {
  cpu_set_t before;
  ASSERT_EQ(::sched_getaffinity(0, sizeof before, &before), 0);
  cpu_set_t one;
  CPU_ZERO(&one);
  for (std::size_t i = 0; i < CPU_SETSIZE && CPU_COUNT(&one) == 0; ++i)
    if (CPU_ISSET(i, &before)) CPU_SET(i, &one);
  ASSERT_EQ(::sched_setaffinity(0, sizeof one, &one), 0);
  EXPECT_EQ(usable_processors(), 1U);
  ASSERT_EQ(::sched_setaffinity(0, sizeof before, &before), 0);
  EXPECT_LE(usable_processors(), static_cast<unsigned>(CPU_COUNT(&before)));
}

TEST(Run, PinsTheProgramToProcessors) {
  const auto outcome = run({.argv = {"nproc"}, .processors = {0}});
  ASSERT_OK(outcome);
  EXPECT_EQ(outcome->output, "1\n");
}

}  // namespace
}  // namespace xaas
