// SPDX-License-Identifier: Apache-2.0
#include "xaas/planning/unmet_requirements.hpp"

#include "library_requirements.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

// Unknown is a value of its own: a machine of whose GPUs nothing is known may have the right one,
// but a program that finds none would fail there, or quietly compute on the processor. So it does
// not count as having one, and the sentence says that it is the description that lacks something.

namespace xaas {
namespace {

std::string quoted(const Target& target) {
  return "`" + target.name + "`";
}

std::string joined(const std::vector<std::string>& clauses) {
  return fmt::format("{}", fmt::join(clauses, ", and "));
}

/// "simd=avx512 needs avx512f, which `haswell` and `znver3` lack".
void check_processor(const std::string& name, const Requirements& requirements,
                     std::span<const Target> targets, std::vector<UnmetRequirement>& unmet) {
  std::map<std::vector<std::string>, std::vector<std::string>> targets_by_lack;
  std::size_t lacks = 0;
  for (const Target& target : targets) {
    std::vector<std::string> missing;
    std::ranges::set_difference(requirements.cpu, target.cpu.features, std::back_inserter(missing));
    if (missing.empty()) continue;
    lacks = std::max(lacks, missing.size());
    targets_by_lack[std::move(missing)].push_back(quoted(target));
  }
  if (targets_by_lack.empty()) return;
  std::vector<std::string> clauses;
  clauses.reserve(targets_by_lack.size());
  for (const auto& [missing, lacking] : targets_by_lack) {
    clauses.push_back(fmt::format("{}, which {} {}", enumerated(missing), enumerated(lacking),
                                  lacking.size() == 1 ? "lacks" : "lack"));
  }
  unmet.push_back(
      {.setting = name, .text = fmt::format("{} needs {}", name, joined(clauses)), .lacks = lacks});
}

/// "simd=sve512 needs vectors of 512 bits, and those of `gh200` have 128". One sentence for each
/// target: several seldom have several lengths.
void check_vectors(const std::string& name, const Requirements& requirements,
                   std::span<const Target> targets, std::vector<UnmetRequirement>& unmet) {
  if (requirements.vector_bits == 0) return;
  for (const Target& target : targets) {
    const unsigned bits = target.cpu.vector_bits;
    // Without SVE there are no such vectors, and that has been said.
    if (bits == requirements.vector_bits || !target.cpu.features.contains("sve")) continue;
    const std::string finding = bits == 0
                                    ? fmt::format(
                                          "nothing is known of those of {} (its description has no "
                                          "`cpu.vector_bits`)",
                                          quoted(target))
                                    : fmt::format("those of {} have {}", quoted(target), bits);
    unmet.push_back({.text = fmt::format("{} needs vectors of {} bits, and {}", name,
                                         requirements.vector_bits, finding)});
  }
}

/// "a GPU for cuda (sm_80 or sm_90)"; backends go by the names that specialization files use.
std::string describe_gpu(const Requirements& requirements) {
  std::string text = requirements.gpu_backend.empty()
                         ? std::string("a GPU")
                         : fmt::format("a GPU for {}", requirements.gpu_backend);
  if (requirements.gpu_architectures.empty()) return text;
  return fmt::format("{} ({})", text, fmt::join(requirements.gpu_architectures, " or "));
}

bool serves(const Gpu& gpu, const Requirements& requirements) {
  if (!requirements.gpu_backend.empty() && gpu_backend_of(gpu.vendor) != requirements.gpu_backend)
    return false;
  return requirements.gpu_architectures.empty() ||
         requirements.gpu_architectures.contains(gpu.architecture);
}

std::string describe(const Gpu& gpu) {
  const std::string backend = gpu_backend_of(gpu.vendor);
  std::string text = gpu.name.empty() ? gpu.vendor + " GPU" : gpu.name;
  text += gpu.architecture.empty() ? " of an unknown architecture" : " (" + gpu.architecture + ")";
  return backend.empty() ? text : fmt::format("{} for {}", text, backend);
}

std::string with_version(const std::string& name, const std::string& version) {
  return version.empty() ? name : name + " " + version;
}

std::string describe(const MpiInstallation& mpi) {
  return fmt::format("{} ({} ABI)",
                     with_version(mpi.flavour.empty() ? "an MPI" : mpi.flavour, mpi.version),
                     mpi.abi);
}

std::string describe(const BlasLibrary& library) {
  return with_version(library.name, library.version) +
         (library.integers == "ilp64" ? " with 64-bit integers" : "");
}

std::string describe(const FftLibrary& library) {
  std::string text = with_version(library.name, library.version);
  if (library.precisions.empty()) return text;
  return fmt::format("{} ({})", text, fmt::join(library.precisions, ", "));
}

std::string describe(const NetworkLibrary& library) {
  return with_version(library.name, library.version);
}

template <class Thing>
std::string described_list(const std::vector<Thing>& things) {
  std::vector<std::string> texts;
  for (const Thing& thing : things) {
    std::string text = describe(thing);
    if (std::ranges::find(texts, text) == texts.end()) texts.push_back(std::move(text));
  }
  return enumerated(texts);
}

/// What targets have in place of the thing that is needed: "nothing is known of the GPUs of `a`
/// (its description has no `gpus`), `b` and `c` have none, and `d` has H100 (sm_90) for cuda".
class Findings {
 public:
  Findings(std::string things, std::string key)
      : things_(std::move(things)), key_(std::move(key)) {}

  template <class Thing, class Serves>
  void look_at(const Target& target, const std::optional<std::vector<Thing>>& there,
               const Serves& serves) {
    if (!there) {
      unknown_.push_back(quoted(target));
    } else if (there->empty()) {
      without_.push_back(quoted(target));
    } else if (std::ranges::none_of(*there, serves)) {
      others_.push_back(fmt::format("{} has {}", quoted(target), described_list(*there)));
    }
  }

  /// Empty: each target has it.
  [[nodiscard]] std::string text() const {
    std::vector<std::string> clauses;
    if (!unknown_.empty()) {
      clauses.push_back(fmt::format(
          "nothing is known of the {} of {} ({} no `{}`)", things_, enumerated(unknown_),
          unknown_.size() == 1 ? "its description has" : "their descriptions have", key_));
    }
    if (!without_.empty()) {
      clauses.push_back(
          fmt::format("{} {} none", enumerated(without_), without_.size() == 1 ? "has" : "have"));
    }
    clauses.insert(clauses.end(), others_.begin(), others_.end());
    return joined(clauses);
  }

 private:
  std::string things_;
  std::string key_;
  std::vector<std::string> unknown_;
  std::vector<std::string> without_;
  std::vector<std::string> others_;
};

void check_gpu(const std::string& name, const Requirements& requirements,
               std::span<const Target> targets, std::vector<UnmetRequirement>& unmet) {
  if (requirements.gpu_backend.empty() && requirements.gpu_architectures.empty()) return;
  Findings findings("GPUs", "gpus");
  for (const Target& target : targets) {
    findings.look_at(target, target.gpus,
                     [&](const Gpu& gpu) { return serves(gpu, requirements); });
  }
  const std::string text = findings.text();
  if (text.empty()) return;
  unmet.push_back(
      {.kind = UnmetRequirement::Kind::gpu,
       .setting = name,
       .text = fmt::format("{} needs {}, and {}", name, describe_gpu(requirements), text)});
}

void check_mpi(const std::string& name, const Requirements& requirements,
               std::span<const Target> targets, std::vector<UnmetRequirement>& unmet) {
  if (requirements.mpi.empty()) return;
  Findings findings("MPI", "mpi");
  for (const Target& target : targets) {
    findings.look_at(target, target.mpi,
                     [&](const MpiInstallation& mpi) { return mpi.abi == requirements.mpi; });
  }
  const std::string text = findings.text();
  if (text.empty()) return;
  unmet.push_back({.kind = UnmetRequirement::Kind::mpi,
                   .setting = name,
                   .text = fmt::format("{} needs an MPI with the {} ABI, and {}", name,
                                       requirements.mpi, text)});
}

template <class Library>
bool is_in(const std::optional<std::vector<Library>>& libraries,
           const LibraryRequirement& requirement) {
  return libraries && std::ranges::any_of(*libraries, [&](const Library& library) {
           return serves(library, requirement);
         });
}

/// Whichever list an administrator wrote it into.
bool has_library(const Target& target, const LibraryRequirement& requirement) {
  return is_in(target.blas, requirement) || is_in(target.fft, requirement) ||
         is_in(target.interconnect.libraries, requirement);
}

/// What is there in place of the library on targets that do not have it.
std::string found_instead(const LibraryRequirement& requirement, std::span<const Target> targets) {
  const auto look = [&](Findings findings, const auto& list_of) {
    for (const Target& target : targets) {
      if (has_library(target, requirement)) continue;
      findings.look_at(target, list_of(target), [](const auto&) { return false; });
    }
    return findings.text();
  };
  switch (list_telling_of(requirement.name)) {
    case LibraryList::blas:
      return look(Findings("libraries of linear algebra", "blas"),
                  [](const Target& target) { return target.blas; });
    case LibraryList::fft:
      return look(Findings("FFT libraries", "fft"),
                  [](const Target& target) { return target.fft; });
    case LibraryList::interconnect:
      return look(Findings("network libraries", "interconnect.libraries"),
                  [](const Target& target) { return target.interconnect.libraries; });
    case LibraryList::none:
      break;
  }
  return "descriptions of machines do not tell of it";
}

void check_libraries(const std::string& name, const Requirements& requirements,
                     std::span<const Target> targets, std::vector<UnmetRequirement>& unmet) {
  for (const LibraryRequirement& library : requirements.libraries) {
    const auto has_it = [&](const Target& target) { return has_library(target, library); };
    if (std::ranges::all_of(targets, has_it)) continue;
    const std::string version =
        library.version.empty() ? "" : fmt::format(" {} or newer", library.version);
    unmet.push_back({.kind = UnmetRequirement::Kind::library,
                     .setting = name,
                     .text = fmt::format("{} needs {}{}, and {}", name, library.name, version,
                                         found_instead(library, targets))});
  }
}

}  // namespace

std::vector<UnmetRequirement> unmet_requirements(const std::string& name,
                                                 const Requirements& requirements,
                                                 std::span<const Target> targets) {
  std::vector<UnmetRequirement> unmet;
  check_processor(name, requirements, targets, unmet);
  check_vectors(name, requirements, targets, unmet);
  check_gpu(name, requirements, targets, unmet);
  check_mpi(name, requirements, targets, unmet);
  check_libraries(name, requirements, targets, unmet);
  return unmet;
}

std::string names_of(std::span<const Target> targets) {
  std::vector<std::string> names;
  names.reserve(targets.size());
  for (const Target& target : targets) names.push_back(quoted(target));
  return enumerated(names);
}

std::string enumerated(const std::vector<std::string>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? " and " : ", ";
    text += words[i];
  }
  return text;
}

}  // namespace xaas
