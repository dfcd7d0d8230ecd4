// SPDX-License-Identifier: Apache-2.0
#include "operating_system.hpp"

#include "fake_host.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace xaas {
namespace {

using ::testing::ElementsAre;
using testing::FakeHost;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* k_mounts =
    "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
    "23 22 0:21 / /tmp rw,nosuid shared:2 master:1 - tmpfs tmpfs rw,size=1g\n"
    "24 22 0:40 / /home rw - autofs systemd-1 rw\n"
    "25 24 0:41 / /home/ann rw,nosuid - nfs4 server:/home/ann rw\n"
    "26 22 0:42 / /lustre\\040one rw - lustre 10.0.0.1@o2ib:/one rw\n";

Target described(const HostProbe& host) {
  Target target;
  describe_system(host, target);
  return target;
}

/// AT_PAGESZ and AT_NULL.
std::string auxiliary_vector(std::uint64_t page_size) {
  std::string bytes;
  for (const std::uint64_t word : {std::uint64_t{6}, page_size, std::uint64_t{0}, std::uint64_t{0}})
    for (unsigned at = 0; at < 64; at += 8) bytes += static_cast<char>(word >> at);
  return bytes;
}

TEST(DescribeSystem, TellsMemoryKernelDistributionAndPages) {
  FakeHost host;
  host.its_architecture = "arm64";
  host.files["/proc/meminfo"] = "MemTotal:       16334680 kB\nMemFree:  1 kB\n";
  host.files["/proc/sys/kernel/osrelease"] = "5.14.21-150500.55.49_13.0.56-cray_shasta_c_64k\n";
  host.files["/etc/os-release"] =
      "NAME=\"SLES\"\nPRETTY_NAME=\"SUSE \\\"Linux\\\" Enterprise Server 15 SP5\"\n";
  host.files["/proc/self/auxv"] = auxiliary_vector(65536);
  const Target target = described(host);
  EXPECT_EQ(target.memory, 16334680ULL * 1024);
  EXPECT_EQ(target.system.kernel, "5.14.21-150500.55.49_13.0.56-cray_shasta_c_64k");
  EXPECT_EQ(target.system.distribution, "SUSE \"Linux\" Enterprise Server 15 SP5");
  EXPECT_EQ(target.system.page_size, 65536U);
  EXPECT_EQ(target.origins.at("memory"), "/proc/meminfo");
  EXPECT_EQ(target.origins.at("system.kernel"), "/proc/sys/kernel/osrelease");
  EXPECT_EQ(target.origins.at("system.distribution"), "/etc/os-release");
  EXPECT_EQ(target.origins.at("system.page_size"), "/proc/self/auxv");
}

TEST(DescribeSystem, TakesTheDistributionsOwnFileAndUnquotedNames) {
  FakeHost host;
  host.files["/usr/lib/os-release"] = "PRETTY_NAME=Alpine\n";
  EXPECT_EQ(described(host).system.distribution, "Alpine");
}

TEST(DescribeSystem, KnowsPagesThatAnArchitectureHasOneSizeOf) {
  Target target;
  target.architecture = "amd64";
  describe_system(FakeHost(), target);
  EXPECT_EQ(target.system.page_size, 4096U);
  EXPECT_EQ(target.origins.at("system.page_size"), "architecture");
}

TEST(DescribeSystem, TellsWhetherUsersMayMakeNamespaces) {
  FakeHost host;
  EXPECT_EQ(described(host).system.user_namespaces, std::nullopt);
  host.files["/proc/sys/user/max_user_namespaces"] = "96365\n";
  EXPECT_EQ(described(host).system.user_namespaces, true);
  for (const auto& [path, off] :
       {std::pair{"/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1\n"},
        {"/proc/sys/kernel/unprivileged_userns_clone", "0\n"},
        {"/proc/sys/user/max_user_namespaces", "0\n"}}) {
    host.files[path] = off;
    const Target target = described(host);
    EXPECT_EQ(target.system.user_namespaces, false) << path;
    EXPECT_EQ(target.origins.at("system.user_namespaces"), path);
  }
}

TEST(DescribeSystem, TellsKindsOfFileSystemsByTheInnermostMount) {
  FakeHost host;
  host.files["/proc/self/mountinfo"] = k_mounts;
  host.variables = {{"HOME", "/home/ann"}, {"SCRATCH", "/scratch/ann"}, {"TMPDIR", "relative"}};
  host.links["/scratch"] = "/lustre one/./x/../scratch";
  const Target target = described(host);
  EXPECT_EQ(target.system.home, "nfs4");
  EXPECT_EQ(target.system.scratch, "lustre");
  EXPECT_EQ(target.system.tmp, "tmpfs");
  EXPECT_EQ(target.origins.at("system.file_systems.scratch"), "/proc/self/mountinfo");
}

TEST(DescribeSystem, ReadsTheOlderTableOfMounts) {
  FakeHost host;
  host.files["/proc/mounts"] = "/dev/sda1 / xfs rw 0 0\nserver:/s /scratch/one beegfs rw 0 0\n";
  const Target target = described(host);
  EXPECT_EQ(target.system.tmp, "xfs");
  EXPECT_EQ(target.system.scratch, "beegfs");
  EXPECT_EQ(target.system.home, "");
  EXPECT_EQ(target.origins.at("system.file_systems.tmp"), "/proc/mounts");
}

TEST(DescribeSystem, DoesNotCallAnAutomounterAFileSystem) {
  FakeHost host;
  host.files["/proc/self/mountinfo"] = k_mounts;
  host.variables = {{"HOME", "/home/bob"}};
  const Target target = described(host);
  EXPECT_EQ(target.system.home, "");
  EXPECT_EQ(target.system.scratch, "");
  EXPECT_EQ(target.origins.count("system.file_systems.home"), 0U);
}

TEST(DescribeSystem, EndsWhereLinksGoInACircle) {
  FakeHost host;
  host.files["/proc/self/mountinfo"] = k_mounts;
  host.links = {{"/a", "/b"}, {"/b", "a/c"}, {"/tmp", "/tmp"}};
  host.variables = {{"HOME", "/a"}};
  const Target target = described(host);
  EXPECT_EQ(target.system.home, "");
  EXPECT_EQ(target.system.tmp, "");
}

TEST(DescribeSystem, BelievesNoMemoryThatNoMachineHas) {
  for (const auto* text : {"MemTotal: 99999999999999999999 kB\n", "MemTotal: -1 kB\n",
                           "MemTotal: 0 kB\n", "MemTotal: 18446744073709551615 TB\n", "Mem", ""}) {
    FakeHost host;
    host.files["/proc/meminfo"] = text;
    const Target target = described(host);
    EXPECT_EQ(target.memory, 0U) << text;
    EXPECT_THAT(target.probe_errors, ElementsAre(HasSubstr("/proc/meminfo"))) << text;
  }
}

TEST(DescribeSystem, BelievesNoPageThatNoMachineHas) {
  FakeHost host;
  for (const std::uint64_t size : {0ULL, 1ULL, 5000ULL, 1ULL << 40}) {
    host.files["/proc/self/auxv"] = auxiliary_vector(size);
    EXPECT_EQ(described(host).system.page_size, 0U);
  }
  host.files["/proc/self/auxv"] = auxiliary_vector(4096).substr(0, 15);
  EXPECT_EQ(described(host).system.page_size, 0U);
}

TEST(DescribeSystem, ReadsNoText) {
  FakeHost host;
  host.files["/proc/sys/kernel/osrelease"] = "5.14\xff\xfe\n";
  host.files["/etc/os-release"] = "PRETTY_NAME=\"\x01\x02\"\nPRETTY_NAME='later'\n";
  host.files["/proc/self/mountinfo"] = "1 2 3 4 / - \xff x\n- - - - -\n\\\n\\04 \\777";
  const Target target = described(host);
  EXPECT_EQ(target.system, OperatingSystem());
  EXPECT_THAT(target.origins, IsEmpty());
}

}  // namespace
}  // namespace xaas
