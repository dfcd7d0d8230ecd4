// SPDX-License-Identifier: Apache-2.0

// Linux has a folder of a dozen files for each processor, and machines have 512 processors. Each of
// those files names the others that share something with it, so one file per core and one per
// socket are enough.

#include "topology.hpp"

#include "kernel_files.hpp"

#include "xaas/support/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

namespace xaas {
namespace {

constexpr std::string_view k_processors = "/sys/devices/system/cpu";
constexpr std::string_view k_nodes = "/sys/devices/system/node";
constexpr const char* k_cpuinfo = "/proc/cpuinfo";
// No processor has more than five.
constexpr unsigned k_most_caches = 16;

/// Processors that programs run on, sorted.
using Processors = std::vector<unsigned>;

std::string file_of(unsigned processor, std::string_view file) {
  return fmt::format("{}/cpu{}/{}", k_processors, processor, file);
}

/// In how many groups `file` of each processor parts them; 0: one of them does not tell.
unsigned count_groups(const HostProbe& probe, const Processors& processors, std::string_view file) {
  std::set<unsigned> left(processors.begin(), processors.end());
  unsigned groups = 0;
  for (; !left.empty(); ++groups) {
    const unsigned first = *left.begin();
    const auto group = parse_number_list(line_in(probe, file_of(first, file)));
    if (!group) return 0;
    left.erase(first);
    for (const unsigned member : *group) left.erase(member);
  }
  return groups;
}

/// Kernels before 5.3 have the older names alone.
unsigned count_groups(const HostProbe& probe, const Processors& processors, std::string_view file,
                      std::string_view older_file) {
  const unsigned groups = count_groups(probe, processors, file);
  return groups == 0 ? count_groups(probe, processors, older_file) : groups;
}

/// Memory of GPUs and high-bandwidth memory are nodes, too, without processors.
unsigned count_nodes(const HostProbe& probe) {
  for (const auto* file : {"has_cpu", "online"}) {
    const auto nodes = parse_number_list(line_in(probe, fmt::format("{}/{}", k_nodes, file)));
    if (nodes) return static_cast<unsigned>(nodes->size());
  }
  return 0;
}

std::optional<CpuCache> read_cache(const HostProbe& probe, unsigned processor, unsigned index) {
  static const std::map<std::string, std::string> kinds = {
      {"Data", "data"}, {"Instruction", "instruction"}, {"Unified", "unified"}};
  const auto line = [&](std::string_view file) {
    return line_in(probe, file_of(processor, fmt::format("cache/index{}/{}", index, file)));
  };
  const auto level = parse_number(line("level"));
  const auto kind = kinds.find(line("type"));
  if (!level || *level == 0 || *level > k_most_caches || kind == kinds.end()) return {};
  CpuCache cache{.level = static_cast<unsigned>(*level), .kind = kind->second};
  cache.size = parse_byte_count(line("size")).value_or(0);
  const auto bytes = parse_number(line("coherency_line_size")).value_or(0);
  cache.line = bytes <= std::numeric_limits<unsigned>::max() ? static_cast<unsigned>(bytes) : 0;
  const auto sharing = parse_number_list(line("shared_cpu_list"));
  if (sharing) cache.shared_by = static_cast<unsigned>(sharing->size());
  return cache;
}

/// Of the first processor and the last: where there are fast and slow cores, those stand at the
/// two ends.
std::vector<CpuCache> read_caches(const HostProbe& probe, const Processors& processors) {
  std::vector<CpuCache> caches;
  for (const unsigned processor : {processors.front(), processors.back()}) {
    for (unsigned index = 0; index < k_most_caches; ++index) {
      auto cache = read_cache(probe, processor, index);
      if (!cache) break;
      if (std::ranges::find(caches, *cache) == caches.end()) caches.push_back(std::move(*cache));
    }
  }
  std::ranges::sort(caches, {}, [](const CpuCache& cache) {
    return std::tie(cache.level, cache.kind, cache.size, cache.shared_by, cache.line);
  });
  return caches;
}

/// x86 alone tells of cores and sockets there.
CpuTopology topology_in(std::string_view cpuinfo) {
  CpuTopology topology;
  std::set<std::string> sockets;
  std::set<std::pair<std::string, std::string>> cores;
  std::string socket;
  while (!cpuinfo.empty()) {
    const auto field = parse_field(take_line(cpuinfo));
    if (!field || !parse_number(field->value)) continue;
    const auto key = field->key;
    const std::string value(field->value);
    if (key == "processor") ++topology.threads;
    if (key == "physical id") sockets.insert(socket = value);
    if (key == "core id") cores.emplace(socket, value);
  }
  topology.sockets = static_cast<unsigned>(sockets.size());
  topology.cores = static_cast<unsigned>(cores.size());
  return topology;
}

void describe_from_cpuinfo(const HostProbe& probe, Target& target) {
  const auto text = probe.read(k_cpuinfo);
  if (!text) return;  // noted already
  target.cpu.topology = topology_in(*text);
  if (target.cpu.topology.threads > 0) target.origins["cpu.topology"] = k_cpuinfo;
}

}  // namespace

void describe_topology(const HostProbe& probe, Target& target) {
  const std::string online = fmt::format("{}/online", k_processors);
  const auto text = probe.read(online);
  const auto processors = text ? parse_number_list(*text) : std::nullopt;
  if (!processors) {
    if (text) {
      target.probe_errors.push_back(
          fmt::format("{} holds no list of processors that a machine could have", online));
    }
    describe_from_cpuinfo(probe, target);
    return;
  }
  auto& topology = target.cpu.topology;
  topology.threads = static_cast<unsigned>(processors->size());
  topology.cores =
      count_groups(probe, *processors, "topology/core_cpus_list", "topology/thread_siblings_list");
  topology.sockets =
      count_groups(probe, *processors, "topology/package_cpus_list", "topology/core_siblings_list");
  topology.numa_nodes = count_nodes(probe);
  target.origins["cpu.topology"] = k_processors;
  target.cpu.caches = read_caches(probe, *processors);
  if (!target.cpu.caches.empty()) target.origins["cpu.caches"] = k_processors;
}

}  // namespace xaas
