// SPDX-License-Identifier: Apache-2.0
//
// How many processors we may use. The affinity mask is what schedulers and taskset set; the quota
// of the control group is what containers set: `podman run --cpus=2` on 64 processors leaves the
// mask alone, and 64 jobs there are throttled. A group's limit binds everything below it, so the
// smallest on the way up counts (cgroups(7); cpu.max in the kernel's cgroup-v2 document,
// cpu.cfs_quota_us in sched-bwc).
#include "processors.hpp"

#include "xaas/support/files.hpp"
#include "xaas/support/process.hpp"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace xaas {
namespace {

namespace fs = std::filesystem;

std::optional<unsigned> quota_of(long long quota, long long period) {
  if (quota <= 0 || period <= 0) return std::nullopt;
  return static_cast<unsigned>(std::clamp((quota + period - 1) / period, 1LL, 1LL << 20));
}

std::optional<unsigned> read_v2(const fs::path& folder) {
  const auto text = read_file(folder / "cpu.max");
  if (!text) return std::nullopt;
  std::istringstream words{*text};
  long long quota = 0;
  long long period = 0;
  if (!(words >> quota >> period)) return std::nullopt;  // "max 100000"
  return quota_of(quota, period);
}

std::optional<unsigned> read_v1(const fs::path& folder) {
  const auto quota = read_file(folder / "cpu.cfs_quota_us");
  const auto period = read_file(folder / "cpu.cfs_period_us");
  if (!quota || !period) return std::nullopt;
  std::array<long long, 2> values{};
  if (!(std::istringstream{*quota} >> values[0]) || !(std::istringstream{*period} >> values[1]))
    return std::nullopt;
  return quota_of(values[0], values[1]);
}

/// The smallest limit of `group` and its parents. Inside a container the group's path is the
/// host's, of which only the mount itself is there; that is visited last.
template <class Read>
std::optional<unsigned> smallest_limit(const fs::path& mount, fs::path group, Read read) {
  std::optional<unsigned> smallest;
  while (true) {
    if (const auto limit = read(mount / group.relative_path()))
      smallest = std::min(smallest.value_or(*limit), *limit);
    if (!group.has_relative_path()) return smallest;
    group = group.parent_path();
  }
}

bool names_cpu(std::string_view controllers) {
  return ("," + std::string{controllers} + ",").contains(",cpu,");
}

unsigned affinity_processors() {
  // The kernel refuses a mask smaller than its own: grow until it fits.
  for (std::size_t processors = 1024; processors <= (1U << 20); processors *= 2) {
    std::vector<unsigned long> mask(processors / (8 * sizeof(unsigned long)));
    auto* set = reinterpret_cast<cpu_set_t*>(mask.data());
    const auto bytes = mask.size() * sizeof(unsigned long);
    if (::sched_getaffinity(0, bytes, set) == 0)
      return static_cast<unsigned>(CPU_COUNT_S(bytes, set));
  }
  return std::thread::hardware_concurrency();
}

}  // namespace

std::optional<unsigned> cgroup_processors(const fs::path& root) {
  const auto groups = read_file(root / "proc/self/cgroup");
  if (!groups) return std::nullopt;
  std::optional<unsigned> smallest;
  std::istringstream lines{*groups};
  for (std::string line; std::getline(lines, line);) {
    const auto first = line.find(':');
    const auto second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const auto controllers = line.substr(first + 1, second - first - 1);
    const fs::path group = line.substr(second + 1);
    std::optional<unsigned> limit;
    if (controllers.empty()) limit = smallest_limit(root / "sys/fs/cgroup", group, read_v2);
    if (names_cpu(controllers))
      limit = smallest_limit(root / "sys/fs/cgroup" / controllers, group, read_v1);
    if (limit) smallest = std::min(smallest.value_or(*limit), *limit);
  }
  return smallest;
}

unsigned usable_processors() {
  const auto allowed = std::max(1U, affinity_processors());
  return std::min(allowed, cgroup_processors("/").value_or(allowed));
}

}  // namespace xaas
