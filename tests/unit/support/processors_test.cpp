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

constexpr const char* k_v2 =
    "25 1 0:22 / /sys rw,nosuid - sysfs sysfs rw\n"
    "30 25 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n";

TEST(CgroupProcessors, IsEmptyWithoutGroups) {
  EXPECT_EQ(limit_with({}), std::nullopt);
}

TEST(CgroupProcessors, IsEmptyWhereNoHierarchyIsMounted) {
  EXPECT_EQ(limit_with({{"proc/self/cgroup", "0::/job\n"},
                        {"sys/fs/cgroup/job/cpu.max", "250000 100000\n"}}),
            std::nullopt);
}

TEST(CgroupProcessors, ReadsVersionTwoRoundedUp) {
  EXPECT_EQ(limit_with({{"proc/self/cgroup", "0::/job\n"},
                        {"proc/self/mountinfo", k_v2},
                        {"sys/fs/cgroup/job/cpu.max", "250000 100000\n"}}),
            3U);
}

TEST(CgroupProcessors, IsEmptyWhereVersionTwoSetsNoLimit) {
  EXPECT_EQ(limit_with({{"proc/self/cgroup", "0::/job\n"},
                        {"proc/self/mountinfo", k_v2},
                        {"sys/fs/cgroup/job/cpu.max", "max 100000\n"}}),
            std::nullopt);
}

TEST(CgroupProcessors, TakesTheSmallestOfAGroupAndItsParents) {
  EXPECT_EQ(limit_with({{"proc/self/cgroup", "0::/a/b/c/d\n"},
                        {"proc/self/mountinfo", k_v2},
                        {"sys/fs/cgroup/a/b/c/d/cpu.max", "800000 100000\n"},
                        {"sys/fs/cgroup/a/b/cpu.max", "200000 100000\n"},
                        {"sys/fs/cgroup/a/cpu.max", "300000 100000\n"}}),
            2U);
}

TEST(CgroupProcessors, ReadsTheMountWhereAContainerHidesTheGroup) {
  EXPECT_EQ(limit_with({{"proc/self/cgroup", "0::/../machine/hidden\n"},
                        {"proc/self/mountinfo", k_v2},
                        {"sys/fs/cgroup/cpu.max", "100000 100000\n"}}),
            1U);
}

constexpr const char* k_v1 =
    "30 25 0:26 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
    "31 25 0:27 / /sys/fs/cgroup/cpu,cpuacct rw shared:9 - cgroup cgroup rw,cpu,cpuacct\n"
    "32 25 0:28 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n";

TEST(CgroupProcessors, ReadsVersionOne) {
  EXPECT_EQ(limit_with({{"proc/self/cgroup", "5:memory:/job\n4:cpu,cpuacct:/job\n0::/\n"},
                        {"proc/self/mountinfo", k_v1},
                        {"sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us", "400000\n"},
                        {"sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_period_us", "100000\n"}}),
            4U);
}

TEST(CgroupProcessors, FindsVersionOneWhereverItIsMounted) {
  // Red Hat 7 names the controllers in another order than the folder; some mount them elsewhere.
  EXPECT_EQ(limit_with({{"proc/self/cgroup", "4:cpuacct,cpu:/job\n"},
                        {"proc/self/mountinfo", k_v1},
                        {"sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us", "400000\n"},
                        {"sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_period_us", "100000\n"}}),
            4U);
  EXPECT_EQ(limit_with(
                {{"proc/self/cgroup", "4:cpu:/job\n"},
                 {"proc/self/mountinfo", "31 25 0:27 / /my\\040groups rw - cgroup cgroup rw,cpu\n"},
                 {"my groups/job/cpu.cfs_quota_us", "200000\n"},
                 {"my groups/job/cpu.cfs_period_us", "100000\n"}}),
            2U);
}

TEST(CgroupProcessors, ReadsGroupsBelowTheOneThatAContainerSees) {
  EXPECT_EQ(limit_with({{"proc/self/cgroup", "4:cpu,cpuacct:/docker/1234/inner\n"},
                        {"proc/self/mountinfo",
                         "31 25 0:27 /docker/1234 /sys/fs/cgroup/cpu,cpuacct ro - cgroup cgroup "
                         "rw,cpu,cpuacct\n"},
                        {"sys/fs/cgroup/cpu,cpuacct/inner/cpu.cfs_quota_us", "300000\n"},
                        {"sys/fs/cgroup/cpu,cpuacct/inner/cpu.cfs_period_us", "100000\n"},
                        {"sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "500000\n"},
                        {"sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n"}}),
            3U);
}

TEST(CgroupProcessors, ReadsBothVersionsWhereBothLimit) {
  EXPECT_EQ(limit_with({{"proc/self/cgroup", "4:cpu,cpuacct:/job\n0::/job\n"},
                        {"proc/self/mountinfo", k_v1},
                        {"sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us", "400000\n"},
                        {"sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_period_us", "100000\n"},
                        {"sys/fs/cgroup/unified/job/cpu.max", "300000 100000\n"}}),
            3U);
}

TEST(CgroupProcessors, IsEmptyWhereVersionOneSetsNoLimit) {
  EXPECT_EQ(limit_with({{"proc/self/cgroup", "4:cpu:/\n"},
                        {"proc/self/mountinfo", k_v1},
                        {"sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n"},
                        {"sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n"}}),
            std::nullopt);
}

TEST(CgroupProcessors, PassesOverNonsense) {
  EXPECT_EQ(limit_with({{"proc/self/cgroup", "\n::\nx\n0::/../..\n0::\n4:cpu:\n"},
                        {"proc/self/mountinfo", std::string("\n - \n1 - cgroup2\n\\0 -\n") + k_v2},
                        {"sys/fs/cgroup/cpu.max", "1 0\n"}}),
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
