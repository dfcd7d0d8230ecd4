// SPDX-License-Identifier: Apache-2.0
//
// How many processors we may use. The affinity mask is what schedulers and taskset set; the quota
// of the control group is what containers set: `podman run --cpus=2` on 64 processors leaves the
// mask alone, and 64 jobs there are throttled. (A set of processors, cpuset, the kernel applies to
// the mask by itself.) A group's limit binds everything below it, so the smallest on the way up
// counts (cgroups(7); cpu.max in the kernel's cgroup-v2 document,
// cpu.cfs_quota_us in sched-bwc).
#include "processors.hpp"

#include "xaas/support/files.hpp"
#include "xaas/support/process.hpp"
#include "xaas/support/text.hpp"

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

/// A mounted hierarchy of groups (proc(5), /proc/PID/mountinfo). In a container only a part of it
/// may be mounted: `root` is the group that lies at `point`.
struct Hierarchy {
  fs::path root;
  fs::path point;
  std::string type;     // "cgroup", "cgroup2"
  std::string options;  // of version 1: its controllers, among others
};

bool lists(std::string_view options, std::string_view word) {
  return fmt::format(",{},", options).contains(fmt::format(",{},", word));
}

/// Later mounts hide earlier ones on the same point, so they come first.
std::vector<Hierarchy> mounted_hierarchies(const fs::path& machine) {
  std::vector<Hierarchy> found;
  const auto mounts = read_file(machine / "proc/self/mountinfo");
  std::istringstream lines{mounts ? *mounts : ""};
  for (std::string line; std::getline(lines, line);) {
    // ID PARENT DEVICE ROOT POINT OPTIONS [TAG...] - TYPE SOURCE SUPER-OPTIONS
    const auto dash = line.find(" - ");
    if (dash == std::string::npos) continue;
    std::istringstream front{line.substr(0, dash)};
    std::istringstream back{line.substr(dash + 3)};
    std::array<std::string, 5> first;
    std::array<std::string, 3> last;
    for (auto& word : first) front >> word;
    for (auto& word : last) back >> word;
    if (last[0] != "cgroup" && last[0] != "cgroup2") continue;
    found.insert(found.begin(), {.root = without_octal_escapes(first[3]),
                                 .point = without_octal_escapes(first[4]),
                                 .type = last[0],
                                 .options = last[2]});
  }
  return found;
}

/// The smallest limit of `group` and its parents, as far as they are mounted. A group that lies
/// outside of what is mounted (a container that was given another's) has the mount's own.
std::optional<unsigned> smallest_limit(const fs::path& machine, const Hierarchy& hierarchy,
                                       const fs::path& group,
                                       std::optional<unsigned> (*read)(const fs::path&)) {
  fs::path below = group.lexically_relative(hierarchy.root);
  if (below.empty() || *below.begin() == "..") below = ".";
  const fs::path mount = machine / hierarchy.point.relative_path();
  std::optional<unsigned> smallest;
  for (;; below = below.parent_path()) {
    if (const auto limit = read(mount / below))
      smallest = std::min(smallest.value_or(*limit), *limit);
    if (below.empty() || below == ".") break;
  }
  return smallest;
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

std::optional<unsigned> cgroup_processors(const fs::path& machine) {
  const auto groups = read_file(machine / "proc/self/cgroup");
  if (!groups) return std::nullopt;
  const auto hierarchies = mounted_hierarchies(machine);
  std::optional<unsigned> smallest;
  std::istringstream lines{*groups};
  for (std::string line; std::getline(lines, line);) {
    // NUMBER:CONTROLLERS:GROUP, without controllers for version 2 (cgroups(7))
    const auto first = line.find(':');
    const auto second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const auto controllers = line.substr(first + 1, second - first - 1);
    if (!controllers.empty() && !lists(controllers, "cpu")) continue;
    const auto hierarchy = std::ranges::find_if(hierarchies, [&](const Hierarchy& candidate) {
      return controllers.empty() ? candidate.type == "cgroup2" : lists(candidate.options, "cpu");
    });
    if (hierarchy == hierarchies.end()) continue;
    const auto limit = smallest_limit(machine, *hierarchy, line.substr(second + 1),
                                      controllers.empty() ? read_v2 : read_v1);
    if (limit) smallest = std::min(smallest.value_or(*limit), *limit);
  }
  return smallest;
}

unsigned usable_processors() {
  const auto allowed = std::max(1U, affinity_processors());
  return std::min(allowed, cgroup_processors("/").value_or(allowed));
}

}  // namespace xaas
