// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "check/findings.hpp"
#include "run/deployed.hpp"

#include "xaas/support/digest.hpp"
#include "xaas/support/result.hpp"
#include "xaas/targets/target.hpp"

#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace xaas {

/// What is no longer as it was when a deployment was made.
struct Change {
  enum class Kind {
    stale,   // it runs; made again it would be another one
    moved,   // its programs look for their files elsewhere
    broken,  // it is not whole, or does not run here
  } kind = Kind::stale;
  std::string about;  // as Finding's
  std::string text;
  std::string help;         // where making it again does not help
  bool is_mendable = true;  // by making it again
  friend bool operator==(const Change&, const Change&) = default;
};

struct DeploymentState {
  std::vector<Change> changes;     // the gravest first
  std::vector<std::string> notes;  // what is better by now, and changes nothing

  [[nodiscard]] bool is_ok() const { return changes.empty(); }
};

std::string_view name_of(Change::Kind kind);

/// "ok", "stale", "moved", "broken": of the gravest change.
std::string_view name_of(const DeploymentState& state);

/// The same with the reason: "stale: `libblas.so.3` was replaced, and 1 more".
std::string describe(const DeploymentState& state);

/// A file of this machine that a program was linked with, as it is now.
struct FileNow {
  bool is_there = false;
  std::string problem;  // why it cannot be read; then the content is not known
  Digest content;
};

/// This machine as it is now; what several deployments ask is looked at once.
class MachineNow {
 public:
  explicit MachineNow(Target host) : host_(std::move(host)) {}

  [[nodiscard]] const Target& host() const { return host_; }
  const FileNow& file(const std::string& path);
  /// What the description or processor of that name says now; empty when there is none.
  const std::optional<Target>& described(const Target& recorded);

 private:
  Target host_;
  std::map<std::string, FileNow> files_;
  std::map<std::string, std::optional<Target>> described_;
};

/// What was seen of a deployment and of this machine.
struct Sight {
  const Deployed& deployed;
  const Target& host;
  bool is_in_its_place = true;
  std::vector<Finding> damage;  // of check.hpp, as the next three
  Finding processor;
  std::vector<Finding> libraries;
  std::vector<Finding> requirements;
  std::vector<FileNow> linked;                   // as `deployed.part->libraries`
  std::vector<std::optional<Target>> described;  // as `deployed.record->targets`
};

/// Looks at the deployment, which is a tree.
Sight look_at(const Deployed& deployed, MachineNow& machine);

/// How a deployment stands on the machine as it is now. Does no I/O.
DeploymentState judge(const Sight& sight);

/// Of a deployment whose record cannot be read.
DeploymentState unreadable(const Error& error);

/// What is said of a target where its description no longer says the same; empty where it does.
std::string changed_description(const Target& recorded, const Target& now);

}  // namespace xaas
