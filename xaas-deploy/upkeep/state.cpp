// SPDX-License-Identifier: Apache-2.0

// How a deployment stands is decided by what its record says of the machine that it was made on,
// and what can be seen of this one. A change of the machine that its programs bear is none: a newer
// C library, a library that the loader finds elsewhere, another driver that they do not use.

#include "upkeep/state.hpp"

#include "check/check.hpp"
#include "specialize/preparation.hpp"
#include "target/target_command.hpp"

#include "xaas/planning/plan.hpp"
#include "xaas/planning/unmet_requirements.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <utility>

namespace xaas {
namespace {

using Kind = Change::Kind;

constexpr std::string_view k_host = "host";

class Judge {
 public:
  explicit Judge(const Sight& sight)
      : sight_(sight), record_(*sight.deployed.record), part_(*sight.deployed.part) {}

  DeploymentState run() {
    add_problems(sight_.damage, Kind::broken, true);
    judge_place();
    judge_processor();
    for (std::size_t i = 0; i < part_.libraries.size(); ++i)
      judge_library(part_.libraries[i], sight_.linked[i]);
    add_problems(sight_.libraries, Kind::broken, true);
    // The configuration stays, so another build of it needs the same.
    add_problems(sight_.requirements, Kind::broken, false);
    judge_driver();
    judge_descriptions();
    return std::move(state_);
  }

 private:
  /// The gravest first, and otherwise as they were seen.
  void add(Change change) {
    const auto lesser =
        std::ranges::upper_bound(state_.changes, change.kind, std::greater(), &Change::kind);
    state_.changes.insert(lesser, std::move(change));
  }

  void add_problems(const std::vector<Finding>& findings, Kind kind, bool is_mendable) {
    for (const Finding& finding : findings) {
      if (finding.kind != Finding::Kind::problem) continue;
      add({.kind = kind,
           .about = finding.about,
           .text = finding.text,
           .help = finding.help,
           .is_mendable = is_mendable});
    }
  }

  void judge_place() {
    if (sight_.is_in_its_place) return;
    add({.kind = Kind::moved,
         .about = "place",
         .text = fmt::format("its programs look for their files in `{}`", record_.prefix),
         .help = fmt::format("`xaas-deploy relocate {}` lets them find these again",
                             sight_.deployed.path.string()),
         .is_mendable = false});
  }

  /// Made again for `host` it is for this processor; for any other target it is what it was.
  void judge_processor() {
    const bool is_of_host =
        part_.target.name == k_host && part_.target.architecture == sight_.host.architecture;
    add_problems({sight_.processor}, Kind::broken, is_of_host);
  }

  void judge_library(const LinkedLibrary& library, const FileNow& now) {
    const std::string name = library.version.empty()
                                 ? library.implementation
                                 : fmt::format("{} {}", library.implementation, library.version);
    Change change{.kind = Kind::broken, .about = library.interface};
    if (!now.is_there) {
      change.text = fmt::format("`{}` ({}), which it was linked with, is gone", library.path, name);
    } else if (!now.problem.empty()) {
      change.text = fmt::format("`{}` ({}), which it was linked with, cannot be read: {}",
                                library.path, name, now.problem);
    } else if (now.content != library.content) {
      const std::string version = version_at(library.path);
      change.kind = Kind::stale;
      change.text = fmt::format(
          "`{}` ({}) was replaced{} since it was linked with", library.path, name,
          version.empty() || version == library.version ? std::string()
                                                        : fmt::format(" by {}", version));
    } else {
      note_newer(library, name);
      return;
    }
    add(std::move(change));
  }

  /// Calls `visit` with implementation, version and path of each library that this machine has for
  /// an interface.
  template <class Visit>
  void for_each_library(const Visit& visit) const {
    for (const auto& mpi : sight_.host.mpi.value_or(std::vector<MpiInstallation>()))
      visit(mpi.flavour, mpi.version, mpi.path);
    for (const auto& blas : sight_.host.blas.value_or(std::vector<BlasLibrary>()))
      visit(blas.name, blas.version, blas.path);
    for (const auto& fft : sight_.host.fft.value_or(std::vector<FftLibrary>()))
      visit(fft.name, fft.version, fft.path);
  }

  [[nodiscard]] std::string version_at(const std::string& path) const {
    std::string found;
    for_each_library([&](const auto&, const std::string& version, const std::string& place) {
      if (place == path) found = version;
    });
    return found;
  }

  /// That is no change: what was linked is there, and works as it did.
  void note_newer(const LinkedLibrary& library, const std::string& name) {
    if (library.version.empty()) return;
    for_each_library([&](const std::string& implementation, const std::string& version,
                         const std::string& path) {
      if (implementation != library.implementation || path == library.path || version.empty() ||
          !is_older_version(library.version, version))
        return;
      state_.notes.push_back(
          fmt::format("it is linked with {}, and {} is there, too: `{}`", name, version, path));
    });
  }

  /// The driver is one half of what a program for GPUs was linked for.
  void judge_driver() {
    const bool uses_gpu = record_.decision && !record_.decision->requirements.gpu_backend.empty();
    if (!uses_gpu || part_.target.name != k_host || !part_.target.gpus || !sight_.host.gpus) return;
    for (const Gpu& gpu : *part_.target.gpus) {
      const auto now = std::ranges::find(*sight_.host.gpus, gpu.vendor, &Gpu::vendor);
      if (now == sight_.host.gpus->end() || gpu.driver.empty() || now->driver.empty() ||
          now->driver == gpu.driver)
        continue;
      add({.kind = Kind::stale,
           .about = "gpu",
           .text = fmt::format("the driver was `{}` and is `{}`", gpu.driver, now->driver)});
      return;
    }
  }

  void judge_descriptions() {
    for (std::size_t i = 0; i < sight_.described.size(); ++i) {
      if (!sight_.described[i]) continue;
      const std::string text = changed_description(record_.targets[i].target, *sight_.described[i]);
      if (!text.empty()) add({.kind = Kind::stale, .about = "target", .text = text});
    }
  }

  const Sight& sight_;
  const DeploymentRecord& record_;
  const DeployedTarget& part_;
  DeploymentState state_;
};

}  // namespace

std::string_view name_of(Change::Kind kind) {
  switch (kind) {
    case Kind::stale:
      return "stale";
    case Kind::moved:
      return "moved";
    case Kind::broken:
      return "broken";
  }
  return "broken";
}

std::string_view name_of(const DeploymentState& state) {
  return state.is_ok() ? "ok" : name_of(state.changes.front().kind);
}

std::string describe(const DeploymentState& state) {
  std::string text(name_of(state));
  if (state.is_ok()) return text;
  text += ": " + state.changes.front().text;
  if (state.changes.size() > 1) text += fmt::format(", and {} more", state.changes.size() - 1);
  return text;
}

DeploymentState judge(const Sight& sight) {
  return Judge(sight).run();
}

DeploymentState unreadable(const Error& error) {
  return {.changes = {{.kind = Kind::broken,
                       .about = "record",
                       .text = fmt::format("its record cannot be read: {}", error.message()),
                       .help = error.help(),
                       .is_mendable = false}},
          .notes = {}};
}

std::string changed_description(const Target& recorded, const Target& now) {
  constexpr std::size_t k_named = 3;
  Target described = what_decides(now);
  const auto origin = recorded.origins.find("gpus");
  if (origin != recorded.origins.end() && origin->second == "user") described.gpus = recorded.gpus;
  std::vector<std::string> fields;
  for (const FactDifference& difference : differences(recorded, described))
    fields.push_back(fmt::format("`{}`", difference.field));
  if (fields.empty()) return {};
  if (fields.size() > k_named) {
    const std::string rest = fmt::format("{} more", fields.size() - k_named);
    fields.resize(k_named);
    fields.push_back(rest);
  }
  return fmt::format("the description `{}` says something else now of {}", recorded.name,
                     enumerated(fields));
}

}  // namespace xaas
