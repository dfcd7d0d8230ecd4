// SPDX-License-Identifier: Apache-2.0
#include "detect/node_kinds.hpp"

#include "xaas/support/process.hpp"
#include "xaas/support/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <iterator>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

namespace xaas {
namespace {

constexpr std::size_t k_fields = 8;
/// sinfo's word for nothing.
constexpr std::string_view k_null = "(null)";

/// A node in one of its partitions.
struct Membership {
  std::string node;
  std::string partition;
  bool is_default = false;
  bool is_up = false;
  std::string state;
  std::string processors;
  std::string memory;
  std::string gpus;
  std::set<std::string> features;
};

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const auto end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == text.npos) return parts;
    text.remove_prefix(end + 1);
  }
}

/// Of "gpu:a100:4(S:0-1),nvme:1" what a job may ask for: "gpu:a100:4". The sockets that devices
/// hang on stand in parentheses, with commas of their own.
std::string gpus_in(std::string_view resources) {
  std::string plain;
  bool is_aside = false;
  for (const char c : resources) {
    is_aside = is_aside || c == '(';
    if (!is_aside) plain += c;
    if (c == ')') is_aside = false;
  }
  std::vector<std::string_view> gpus;
  for (const std::string_view resource : split(plain, ','))
    if (resource.starts_with("gpu:")) gpus.push_back(resource);
  return fmt::format("{}", fmt::join(gpus, ","));
}

/// Whether sinfo may have said so: of garbage some lines have the right number of fields, too.
bool are_of_sinfo(const std::vector<std::string_view>& fields) {
  constexpr std::array<std::string_view, 4> k_availabilities{"up", "down", "drain", "inact"};
  const auto is_word = [](std::string_view field) {
    return !field.empty() && std::ranges::all_of(field, [](char c) { return c > ' ' && c <= '~'; });
  };
  return fields.size() == k_fields && std::ranges::all_of(fields, is_word) &&
         std::ranges::find(k_availabilities, fields[2]) != k_availabilities.end();
}

std::optional<Membership> read_line(std::string_view line) {
  const auto fields = split(line, '|');
  if (!are_of_sinfo(fields)) return {};
  Membership member{.node = std::string(fields[0]),
                    .partition = std::string(fields[1]),
                    .is_up = fields[2] == "up",
                    .state = std::string(fields[3]),
                    .processors = std::string(fields[4]),
                    .memory = std::string(fields[5]),
                    .gpus = gpus_in(fields[6]),
                    .features = {}};
  if (member.partition.ends_with('*')) {
    member.is_default = true;
    member.partition.pop_back();
  }
  if (member.partition.empty()) return {};
  for (const std::string_view feature : split(fields[7], ','))
    if (!feature.empty() && feature != k_null) member.features.emplace(feature);
  return member;
}

enum class Readiness { now, later, none };

/// Whether a node in that state starts a job; `*` marks those that do not answer.
Readiness readiness_of(std::string_view state) {
  constexpr std::array<std::string_view, 8> k_states{"down",    "drain", "fail",  "maint",
                                                     "unknown", "error", "inval", "future"};
  const auto begins = [&](std::string_view begin) { return state.starts_with(begin); };
  if (state.ends_with('*') || std::ranges::any_of(k_states, begins)) return Readiness::none;
  return state == "idle" ? Readiness::now : Readiness::later;
}

/// Nodes of a partition that are alike, while the lines are read.
struct Group {
  NodeKind kind;
  bool is_default = false;
  bool is_up = false;
  Readiness readiness = Readiness::none;  // of kind.node
  std::size_t kinds_in_partition = 0;
};

auto identity(const NodeKind& kind) {
  return std::tie(kind.partitions.front(), kind.features, kind.processors, kind.memory, kind.gpus);
}

bool are_alike(const NodeKind& a, const NodeKind& b) {
  return std::tie(a.features, a.processors, a.memory, a.gpus) ==
         std::tie(b.features, b.processors, b.memory, b.gpus);
}

/// What is asked first: partitions that start jobs, that start them by default, that have many such
/// nodes, and that have few others. sinfo's own order changes from one moment to the next.
bool is_asked_before(const Group& a, const Group& b) {
  const auto rank = [](const Group& group) {
    return std::tuple_cat(
        std::tuple(!group.is_up, group.readiness == Readiness::none, !group.is_default,
                   SIZE_MAX - group.kind.nodes.size(), group.kinds_in_partition),
        identity(group.kind));
  };
  return rank(a) < rank(b);
}

void add_node(Group& group, const Membership& member) {
  NodeKind& kind = group.kind;
  const auto readiness = readiness_of(member.state);
  if (kind.nodes.empty() ||
      std::tie(readiness, member.node) < std::tie(group.readiness, kind.node)) {
    kind.node = member.node;
    group.readiness = readiness;
  }
  kind.nodes.insert(member.node);
}

std::vector<Group> group_by_partition(const std::vector<Membership>& members) {
  std::vector<Group> groups;
  std::map<std::tuple<std::string, std::set<std::string>, std::string, std::string, std::string>,
           std::size_t>
      places;
  std::map<std::string, std::size_t> kinds;
  for (const Membership& member : members) {
    const auto [found, is_new] = places.try_emplace(
        {member.partition, member.features, member.processors, member.memory, member.gpus},
        groups.size());
    if (is_new) {
      ++kinds[member.partition];
      groups.push_back({.kind = {.partitions = {member.partition},
                                 .features = member.features,
                                 .processors = member.processors,
                                 .memory = member.memory,
                                 .gpus = member.gpus},
                        .is_default = member.is_default,
                        .is_up = member.is_up});
    }
    add_node(groups[found->second], member);
  }
  for (Group& group : groups) group.kinds_in_partition = kinds[group.kind.partitions.front()];
  std::ranges::sort(groups, is_asked_before);
  return groups;
}

bool share_a_node(const NodeKind& a, const NodeKind& b) {
  return std::ranges::any_of(a.nodes,
                             [&](const std::string& node) { return b.nodes.contains(node); });
}

std::vector<NodeKind> merge_partitions(std::vector<Group> groups) {
  std::vector<Group> merged;
  for (Group& group : groups) {
    const auto same = std::ranges::find_if(merged, [&](const Group& other) {
      return are_alike(other.kind, group.kind) && share_a_node(other.kind, group.kind);
    });
    if (same == merged.end()) {
      if (!group.is_up) group.kind.problem = "its partition is not up";
      if (group.readiness == Readiness::none) group.kind.problem = "its nodes are down or drained";
      merged.push_back(std::move(group));
      continue;
    }
    same->kind.partitions.push_back(std::move(group.kind.partitions.front()));
    same->kind.nodes.merge(group.kind.nodes);
  }
  std::vector<NodeKind> kinds;
  kinds.reserve(merged.size());
  for (Group& group : merged) kinds.push_back(std::move(group.kind));
  std::ranges::sort(kinds, {}, identity);
  return kinds;
}

/// The kinds that the first partition of `kind` has, without itself.
std::vector<const NodeKind*> neighbours_of(const NodeKind& kind,
                                           const std::vector<NodeKind>& kinds) {
  std::vector<const NodeKind*> neighbours;
  for (const NodeKind& other : kinds) {
    const auto in_partition = std::ranges::find(other.partitions, kind.partitions.front());
    if (&other != &kind && in_partition != other.partitions.end()) neighbours.push_back(&other);
  }
  return neighbours;
}

/// Features that not all nodes of its partition have.
std::vector<std::string> telling_features(const NodeKind& kind,
                                          const std::vector<const NodeKind*>& neighbours) {
  std::vector<std::string> telling;
  for (const std::string& feature : kind.features) {
    if (std::ranges::any_of(
            neighbours, [&](const NodeKind* other) { return !other->features.contains(feature); }))
      telling.push_back(feature);
  }
  return telling;
}

/// "a100" of "gpu:a100:4"; empty where Slurm knows no model.
std::string gpu_model(const NodeKind& kind) {
  const auto parts = split(kind.gpus, ':');
  return parts.size() == 3 ? std::string(parts[1]) : std::string();
}

/// Whether a request for the GPUs of `kind` may lead to `other`.
bool may_have_gpus_of(const NodeKind& other, const NodeKind& kind) {
  if (kind.gpus.empty()) return true;
  const auto model = gpu_model(kind);
  return model.empty() ? !other.gpus.empty() : gpu_model(other) == model;
}

std::string request_of(const NodeKind& kind, const std::vector<const NodeKind*>& neighbours) {
  const auto telling = telling_features(kind, neighbours);
  std::vector<std::string> words{"-p", kind.partitions.front()};
  const bool is_alone = std::ranges::none_of(neighbours, [&](const NodeKind* other) {
    return std::ranges::includes(other->features, telling) && may_have_gpus_of(*other, kind);
  });
  if (!is_alone) {
    words.insert(words.end(), {"-w", kind.node});
  } else if (!telling.empty()) {
    words.insert(words.end(), {"-C", fmt::format("{}", fmt::join(telling, "&"))});
  }
  if (!kind.gpus.empty()) words.push_back("--gres=" + kind.gpus);
  return shell_quoted(words);
}

std::string name_of_kind(const NodeKind& kind, const std::vector<const NodeKind*>& neighbours) {
  std::vector<std::string> words{kind.partitions.front()};
  std::ranges::move(telling_features(kind, neighbours), std::back_inserter(words));
  const auto model = gpu_model(kind);
  const bool tells = std::ranges::any_of(
      neighbours, [&](const NodeKind* other) { return gpu_model(*other) != model; });
  if (tells && !model.empty() && std::ranges::find(words, model) == words.end())
    words.push_back(model);
  // It becomes the name of a file.
  auto name = fmt::format("{}", fmt::join(words, "-"));
  const auto is_usual = [](char c) {
    return is_alphanumeric(c) || std::string_view("._+-").contains(c);
  };
  std::ranges::replace_if(name, std::not_fn(is_usual), '_');
  if (name.starts_with('.')) name.front() = '_';  // files that begin so are passed over
  return name;
}

void name_all(std::vector<NodeKind>& kinds) {
  std::set<std::string> taken{"host"};  // means this machine
  for (NodeKind& kind : kinds) {
    const auto neighbours = neighbours_of(kind, kinds);
    kind.request = request_of(kind, neighbours);
    const auto name = name_of_kind(kind, neighbours);
    kind.name = name;
    for (unsigned n = 2; !taken.insert(kind.name).second; ++n)
      kind.name = fmt::format("{}-{}", name, n);
  }
}

}  // namespace

NodeKinds parse_node_kinds(std::string_view sinfo) {
  NodeKinds answer;
  std::vector<Membership> members;
  for (const std::string_view line : split(sinfo, '\n')) {
    if (line.empty()) continue;
    if (auto member = read_line(line)) {
      members.push_back(std::move(*member));
    } else {
      ++answer.unread;
    }
  }
  answer.kinds = merge_partitions(group_by_partition(members));
  name_all(answer.kinds);
  return answer;
}

}  // namespace xaas
