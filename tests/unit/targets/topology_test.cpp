// SPDX-License-Identifier: Apache-2.0
#include "topology.hpp"

#include "fake_host.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cctype>
#include <tuple>

namespace xaas {
namespace {

using ::testing::ElementsAre;
using testing::FakeHost;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// Counts the files that are opened.
class CountingHost final : public FakeHost {
 public:
  [[nodiscard]] Result<std::string> read(const std::string& path) const override {
    ++reads;
    return FakeHost::read(path);
  }
  mutable unsigned reads = 0;
};

/// Where Linux writes of one processor.
std::string of(unsigned cpu, const std::string& file) {
  return fmt::format("/sys/devices/system/cpu/cpu{}/{}", cpu, file);
}

void add_cache(FakeHost& host, unsigned cpu, unsigned index, const CpuCache& cache,
               const std::string& sharing) {
  const std::string folder = of(cpu, fmt::format("cache/index{}/", index));
  std::string kind = cache.kind;
  kind.front() = static_cast<char>(std::toupper(kind.front()));
  host.files[folder + "level"] = fmt::format("{}\n", cache.level);
  host.files[folder + "type"] = kind + "\n";
  host.files[folder + "size"] = fmt::format("{}K\n", cache.size >> 10);
  host.files[folder + "coherency_line_size"] = fmt::format("{}\n", cache.line);
  host.files[folder + "shared_cpu_list"] = sharing + "\n";
}

/// Two sockets of cores with two threads each, numbered as Linux does: first threads first.
template <class Host>
void be_two_sockets(Host& host, unsigned cores) {
  const unsigned threads = 2 * cores;
  const unsigned half = cores / 2;
  host.files["/sys/devices/system/cpu/online"] = fmt::format("0-{}\n", threads - 1);
  host.files["/sys/devices/system/node/has_cpu"] = "0-7\n";
  host.files["/sys/devices/system/node/online"] = "0-15\n";
  for (unsigned cpu = 0; cpu < threads; ++cpu) {
    const unsigned core = cpu % cores;
    const unsigned first = core < half ? 0 : half;
    host.files[of(cpu, "topology/core_cpus_list")] = fmt::format("{},{}\n", core, core + cores);
    host.files[of(cpu, "topology/package_cpus_list")] = fmt::format(
        "{}-{},{}-{}\n", first, first + half - 1, first + cores, first + cores + half - 1);
    add_cache(host, cpu, 0, {.level = 1, .kind = "data", .size = 32U << 10, .line = 64},
              fmt::format("{},{}", core, core + cores));
  }
}

Target described(const HostProbe& host) {
  Target target;
  describe_topology(host, target);
  return target;
}

TEST(DescribeTopology, CountsWhatProgramsRunOn) {
  FakeHost host;
  be_two_sockets(host, 8);
  const Target target = described(host);
  EXPECT_EQ(target.cpu.topology,
            (CpuTopology{.sockets = 2, .cores = 8, .threads = 16, .numa_nodes = 8}));
  EXPECT_THAT(
      target.cpu.caches,
      ElementsAre(CpuCache{.level = 1, .kind = "data", .size = 32768, .line = 64, .shared_by = 2}));
  EXPECT_EQ(target.origins.at("cpu.topology"), "/sys/devices/system/cpu");
  EXPECT_EQ(target.origins.at("cpu.caches"), "/sys/devices/system/cpu");
  EXPECT_THAT(target.probe_errors, IsEmpty());
}

TEST(DescribeTopology, OpensAFileForEachCoreAndNotForEachProcessor) {
  CountingHost host;
  be_two_sockets(host, 256);
  EXPECT_EQ(described(host).cpu.topology.threads, 512U);
  EXPECT_LT(host.reads, 256U + 32U);
}

TEST(DescribeTopology, LeavesOutWhatIsSwitchedOff) {
  FakeHost host;
  be_two_sockets(host, 8);
  host.files["/sys/devices/system/cpu/online"] = "0-7\n";
  const CpuTopology topology = described(host).cpu.topology;
  EXPECT_EQ(topology.threads, 8U);
  EXPECT_EQ(topology.cores, 8U);
}

TEST(DescribeTopology, ReadsTheNamesOfOlderKernels) {
  FakeHost host;
  host.files["/sys/devices/system/cpu/online"] = "0-1\n";
  host.files["/sys/devices/system/node/online"] = "0\n";
  host.files[of(0, "topology/thread_siblings_list")] = "0-1\n";
  host.files[of(0, "topology/core_siblings_list")] = "0-1\n";
  EXPECT_EQ(described(host).cpu.topology,
            (CpuTopology{.sockets = 1, .cores = 1, .threads = 2, .numa_nodes = 1}));
}

TEST(DescribeTopology, ShowsTheCachesOfFastAndOfSlowCores) {
  FakeHost host;
  host.files["/sys/devices/system/cpu/online"] = "0-3";
  add_cache(host, 0, 0, {.level = 1, .kind = "data", .size = 48U << 10, .line = 64}, "0-1");
  add_cache(host, 0, 1, {.level = 3, .kind = "unified", .size = 12U << 20, .line = 64}, "0-3");
  add_cache(host, 3, 0, {.level = 1, .kind = "data", .size = 32U << 10, .line = 64}, "3");
  add_cache(host, 3, 1, {.level = 3, .kind = "unified", .size = 12U << 20, .line = 64}, "0-3");
  const auto caches = described(host).cpu.caches;
  ASSERT_EQ(caches.size(), 3U);
  EXPECT_EQ(caches[0].size, 32U << 10);
  EXPECT_EQ(caches[1].size, 48U << 10);
  EXPECT_EQ(caches[2].shared_by, 4U);
}

TEST(DescribeTopology, TakesCpuinfoWhereThereIsNoSys) {
  FakeHost host;
  for (const auto& [cpu, socket, core] : {std::tuple{0, 0, 0}, {1, 0, 0}, {2, 1, 0}, {3, 1, 0}})
    host.files["/proc/cpuinfo"] += fmt::format(
        "processor\t: {}\nphysical id\t: {}\ncore id\t\t: {}\nflags : fpu\n\n", cpu, socket, core);
  const Target target = described(host);
  EXPECT_EQ(target.cpu.topology, (CpuTopology{.sockets = 2, .cores = 2, .threads = 4}));
  EXPECT_EQ(target.origins.at("cpu.topology"), "/proc/cpuinfo");
  EXPECT_THAT(target.cpu.caches, IsEmpty());
}

TEST(DescribeTopology, CountsNothingThatNoMachineHas) {
  for (const auto* online : {"0-4294967295", "4000000000", "0-99999999999999999999", "7-3", "0-",
                             "-1", "0;1", "0-1 2", "all", "\xff\x01"}) {
    FakeHost host;
    host.files["/sys/devices/system/cpu/online"] = online;
    const Target target = described(host);
    EXPECT_EQ(target.cpu.topology, CpuTopology()) << online;
    EXPECT_THAT(target.probe_errors, ElementsAre(HasSubstr("holds no list of processors")))
        << online;
  }
}

TEST(DescribeTopology, IsUnknownWithoutAnyFile) {
  EXPECT_EQ(described(FakeHost()), Target());
}

TEST(DescribeTopology, LeavesOutSizesThatOverflow) {
  FakeHost host;
  host.files["/sys/devices/system/cpu/online"] = "0";
  add_cache(host, 0, 0, {.level = 1, .kind = "data"}, "0-4294967295");
  host.files[of(0, "cache/index0/size")] = "18446744073709551615K";
  host.files[of(0, "cache/index0/coherency_line_size")] = "4294967296";
  EXPECT_THAT(described(host).cpu.caches, ElementsAre(CpuCache{.level = 1, .kind = "data"}));
}

}  // namespace
}  // namespace xaas
