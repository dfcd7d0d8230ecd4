// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace xaas {

/// What parse_node_kinds() reads: a line for each node and partition, `sinfo --Node --format`.
inline constexpr const char* k_sinfo_format = "%N|%P|%a|%T|%z|%m|%G|%f";

/// Nodes that Slurm says are alike.
struct NodeKind {
  std::string name;                     // for its description: "gpu-a100"
  std::vector<std::string> partitions;  // that have such nodes; the first one is asked
  std::set<std::string> nodes;
  std::string node;  // one of them: an idle one if there is one
  std::set<std::string> features;
  std::string processors;  // sockets:cores:threads
  std::string memory;      // MB
  std::string gpus;        // of a node, as Slurm's generic resources: "gpu:a100:4"
  std::string request;     // options of srun and sbatch that lead to such a node
  std::string problem;     // why none of them starts a job now; empty: one may
};

struct NodeKinds {
  std::vector<NodeKind> kinds;  // by their first partition
  std::size_t unread = 0;       // lines that are not as they should be
};

/// Nodes are of one kind when they are alike in one partition; partitions that share a node of a
/// kind share the kind. A request says no more than tells a kind from the others of its partition,
/// and all GPUs, because a job sees those that it asked for.
NodeKinds parse_node_kinds(std::string_view sinfo);

}  // namespace xaas
