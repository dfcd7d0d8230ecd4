// SPDX-License-Identifier: Apache-2.0
#include "xaas/planning/choose_libraries.hpp"

#include "judge_implementation.hpp"

#include "xaas/planning/unmet_requirements.hpp"
#include "xaas/support/diagnostics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace xaas {
namespace {

const LibraryInterface& interface_called(const LibraryChoiceInputs& question,
                                         const std::string& name) {
  return *std::ranges::find(question.interfaces, name, &LibraryInterface::name);
}

/// Interfaces whose implementations differ in speed and in nothing else, or, as MPI's, belong to
/// the machine. Which release of another library a program was built for may matter to it.
bool is_exchanged_unasked(PointKind kind) {
  return kind == PointKind::mpi || kind == PointKind::blas || kind == PointKind::fft;
}

int preference_of(const LibraryInterface& interface, std::string_view implementation,
                  const std::string& vendor) {
  const InterfaceImplementation* known = implementation_called(interface, implementation);
  if (known == nullptr) return 0;
  const auto for_vendor = known->by_vendor.find(vendor);
  return for_vendor == known->by_vendor.end() ? known->preference : for_vendor->second;
}

bool is_reference(const LibraryInterface& interface, std::string_view implementation) {
  const InterfaceImplementation* known = implementation_called(interface, implementation);
  return known != nullptr && known->is_reference;
}

/// "openblas 0.3.21 with pthreads"; what nothing tells the name of goes by its soname.
std::string describe(const Implementation& candidate) {
  std::string text = candidate.name;
  if (text.empty() && !candidate.files.empty()) text = candidate.files.front().soname;
  if (!candidate.version.empty()) text += " " + candidate.version;
  if (candidate.threading == "pthreads" || candidate.threading == "openmp" ||
      candidate.threading == "tbb")
    text += " with " + candidate.threading;
  return text;
}

bool is_asked_for(const Implementation& candidate, const std::string& which) {
  if (which == k_site_library || candidate.name == which) return true;
  return std::ranges::any_of(candidate.files, [&](const MachineLibrary& file) {
    return file.soname == which || file.path == which;
  });
}

/// OpenMP with OpenMP, and nothing that starts threads inside threads; else whatever has threads.
int threading_rank(const std::string& threading, bool has_openmp) {
  if (has_openmp) return threading == "openmp" ? 2 : threading == "none" ? 1 : 0;
  return threading == "none" ? 0 : 1;
}

class LibraryChooser {
 public:
  LibraryChooser(const LibraryChoiceInputs& question, const LibraryUses& uses)
      : question_(question),
        uses_(uses),
        process_(process_libraries(question.manifest, question.interfaces)) {
    const Requirements requirements =
        requirements_of(question.manifest.points, question.manifest.configurations.front().values);
    uses_gpus_ = !requirements.gpu_backend.empty();
  }

  /// The MPI before what may bring one, too.
  [[nodiscard]] Result<LibraryChoice> choose(const std::string& name) {
    const LibraryInterface& interface = interface_called(question_, name);
    const NeededInterface needed{.interface = interface,
                                 .uses = uses_.at(name),
                                 .interfaces = question_.interfaces,
                                 .process = process_};
    LibraryChoice choice{.interface = name, .kind = interface.kind};
    for (const auto& [soname, symbols] : needed.uses) choice.sonames.push_back(soname);
    const auto setting = question_.settings.find(name);
    const std::string which = setting == question_.settings.end() ? "" : setting->second;
    if (which == k_image_library) {
      choice.reason = "as asked for";
      return choice;
    }
    if (which.empty() && !question_.takes_site) {
      choice.reason = question_.why_not_site;
      return choice;
    }
    if (which.empty() && !is_exchanged_unasked(interface.kind)) {
      choice.reason = fmt::format("`--library {}=site` links the machine's", name);
      return choice;
    }
    const Implementation* best = best_of(needed, which, choice.passed_over);
    if (best != nullptr) {
      take(needed, *best, which, choice);
      if (interface.kind == PointKind::mpi) process_.site_mpi = all_of(*best);
      for (const auto& [soname, file] : choice.files)
        process_.openmp_runtimes.merge(openmp_runtimes_among(file.brings));
      return choice;
    }
    if (!which.empty()) return refuse(name, which, choice.passed_over);
    choice.reason = choice.passed_over.empty()
                        ? fmt::format("`{}` has none", question_.target.name)
                        : fmt::format("`{}` has none that fits", question_.target.name);
    return choice;
  }

  /// Of an interface that the image's MPI uses: all of its libraries, each by its own soname.
  [[nodiscard]] Result<LibraryChoice> choose_for_mpi(const std::string& name) const {
    const LibraryInterface& interface = interface_called(question_, name);
    const std::map<std::string, std::set<std::string>> no_uses;
    const NeededInterface needed{.interface = interface,
                                 .uses = no_uses,
                                 .interfaces = question_.interfaces,
                                 .process = process_};
    LibraryChoice choice{.interface = name, .kind = interface.kind};
    const std::string& which = question_.settings.at(name);
    const Implementation* best = best_of(needed, which, choice.passed_over);
    if (best == nullptr || best->files.empty()) return refuse(name, which, choice.passed_over);
    take(needed, *best, which, choice);
    for (const MachineLibrary& file : best->files) {
      choice.sonames.push_back(file.soname);
      choice.files[file.soname] = file_of(file);
    }
    return choice;
  }

 private:
  static StandInLibrary file_of(const MachineLibrary& file) {
    return {.soname = file.soname, .path = file.path, .folder = file.folder, .brings = file.brings};
  }

  static std::set<std::string> all_of(const Implementation& implementation) {
    std::set<std::string> sonames;
    for (const MachineLibrary& file : implementation.files) {
      sonames.insert(file.soname);
      sonames.insert(file.brings.begin(), file.brings.end());
    }
    return sonames;
  }

  /// Null: none fits. What does not is passed over with the reason.
  [[nodiscard]] const Implementation* best_of(const NeededInterface& needed,
                                              const std::string& which,
                                              std::vector<std::string>& passed_over) const {
    const Implementation* best = nullptr;
    for (const Implementation& candidate : question_.implementations) {
      if (candidate.interface != needed.interface.name) continue;
      if (!which.empty() && !is_asked_for(candidate, which)) continue;
      const std::string objection = objection_to(needed, candidate, which.empty());
      if (!objection.empty()) {
        passed_over.push_back(fmt::format("{}: {}", describe(candidate), objection));
      } else if (best == nullptr || rank(needed, *best) < rank(needed, candidate)) {
        best = &candidate;
      }
    }
    return best;
  }

  /// Why it is not taken; empty: it can be.
  [[nodiscard]] std::string objection_to(const NeededInterface& needed,
                                         const Implementation& candidate, bool unasked) const {
    std::string objection = why_unfit(needed, candidate);
    if (objection.empty()) objection = missing_demand(needed, candidate);
    if (!objection.empty() || !unasked || needed.interface.kind == PointKind::mpi) return objection;
    if (is_reference(needed.interface, candidate.name))
      return "a reference implementation, no faster than the image's own";
    const int own = own_preference(needed);
    if (own <= preference(needed, candidate)) return {};
    return "the image's own is preferred on this processor";
  }

  [[nodiscard]] int preference(const NeededInterface& needed,
                               const Implementation& candidate) const {
    return preference_of(needed.interface, candidate.name, question_.target.cpu.vendor);
  }

  /// Of what the image has, as far as its name tells: `libblas.so.3` may be anyone's.
  [[nodiscard]] int own_preference(const NeededInterface& needed) const {
    int own = 0;
    for (const InterfaceImplementation& known : needed.interface.implementations) {
      const bool is_own = std::ranges::any_of(
          needed.uses, [&](const auto& use) { return is_called_like(use.first, known.sonames); });
      if (!is_own) continue;
      own = std::max(own, preference_of(needed.interface, known.name, question_.target.cpu.vendor));
    }
    return own;
  }

  [[nodiscard]] std::pair<int, int> rank(const NeededInterface& needed,
                                         const Implementation& candidate) const {
    return {preference(needed, candidate),
            threading_rank(candidate.threading, !process_.openmp_runtimes.empty())};
  }

  void take(const NeededInterface& needed, const Implementation& best, const std::string& which,
            LibraryChoice& choice) const {
    choice.name = best.name.empty() ? best.files.front().soname : best.name;
    choice.version = best.version;
    choice.abi = best.abi;
    choice.module = best.module;
    for (const auto& [soname, symbols] : needed.uses)
      choice.files[soname] = file_of(*file_for(needed, best, soname));
    choice.demanded = demanded_by(needed, best);
    choice.reason = which.empty() ? fmt::format("{}, the best that `{}` has", describe(best),
                                                question_.target.name)
                                  : fmt::format("{}, as asked for", describe(best));
  }

  /// On machines with GPUs, for programs that use them.
  [[nodiscard]] std::vector<StandInLibrary> demanded_by(const NeededInterface& needed,
                                                        const Implementation& best) const {
    std::vector<StandInLibrary> demanded;
    for (const InterfaceDemand* demand : demands_on(needed, best.name)) {
      for (const MachineLibrary& file : best.files)
        if (is_called_like(file.soname, demand->sonames)) demanded.push_back(file_of(file));
    }
    return demanded;
  }

  [[nodiscard]] std::vector<const InterfaceDemand*> demands_on(const NeededInterface& needed,
                                                               const std::string& name) const {
    std::vector<const InterfaceDemand*> demands;
    const InterfaceImplementation* known = implementation_called(needed.interface, name);
    if (known == nullptr || !uses_gpus_ || !question_.target.gpus) return demands;
    for (const InterfaceDemand& demand : known->demands) {
      const auto is_there =
          std::ranges::find(*question_.target.gpus, demand.gpu_vendor, &Gpu::vendor);
      if (is_there != question_.target.gpus->end()) demands.push_back(&demand);
    }
    return demands;
  }

  /// What it would be linked with, too, and lacks; empty: it has all.
  [[nodiscard]] std::string missing_demand(const NeededInterface& needed,
                                           const Implementation& candidate) const {
    for (const InterfaceDemand* demand : demands_on(needed, candidate.name)) {
      const bool is_there = std::ranges::any_of(candidate.files, [&](const MachineLibrary& file) {
        return is_called_like(file.soname, demand->sonames);
      });
      if (is_there) continue;
      return fmt::format("programs for GPUs of {} need {} beside it, and there is none",
                         demand->gpu_vendor, fmt::join(demand->sonames, " or "));
    }
    return {};
  }

  [[nodiscard]] Error refuse(const std::string& name, const std::string& which,
                             const std::vector<std::string>& passed_over) const {
    std::vector<std::string> others;
    for (const Implementation& candidate : question_.implementations) {
      if (candidate.interface == name) others.push_back(describe(candidate));
    }
    const std::string help = fmt::format("`--library {}=image` links the image's own", name);
    if (!passed_over.empty()) {
      return fail(ErrorKind::incompatible, "`{}` cannot be linked with the `{}` of `{}`: {}",
                  question_.manifest.application, which, question_.target.name,
                  fmt::join(passed_over, "; "))
          .with_code("deploy.library")
          .with_help(help);
    }
    if (which.starts_with('/')) {
      return fail(ErrorKind::incompatible, "`{}` is no shared library for {} that can be read here",
                  which, question_.target.architecture)
          .with_code("deploy.library")
          .with_help(help);
    }
    const std::string there = others.empty() ? "none" : enumerated(others);
    return fail(ErrorKind::incompatible, "`{}` has no `{}` of the interface `{}`: there is {}",
                question_.target.name, which, name, there)
        .with_code("deploy.library")
        .with_help(help);
  }

  const LibraryChoiceInputs& question_;
  const LibraryUses& uses_;
  ProcessLibraries process_;
  bool uses_gpus_ = false;
};

std::vector<std::string> mpi_first(const LibraryChoiceInputs& question, const LibraryUses& uses) {
  std::vector<std::string> names;
  for (const auto& [name, sonames] : uses) names.push_back(name);
  std::ranges::partition(names, [&](const std::string& name) {
    return interface_called(question, name).kind == PointKind::mpi;
  });
  return names;
}

/// An interface to networks is used by the MPI that programs bring.
bool is_used_by_mpi(const LibraryChoiceInputs& question, const LibraryUses& uses,
                    const std::string& name) {
  const auto interface = std::ranges::find(question.interfaces, name, &LibraryInterface::name);
  return interface != question.interfaces.end() && interface->kind == PointKind::fabric &&
         !uses.contains(name) && uses.contains("mpi");
}

Status check_settings(const LibraryChoiceInputs& question, const LibraryUses& uses) {
  for (const auto& [name, which] : question.settings) {
    if (uses.contains(name) || is_used_by_mpi(question, uses, name)) continue;
    std::vector<std::string> used;
    for (const auto& [interface, sonames] : uses) used.push_back("`" + interface + "`");
    return fail(ErrorKind::invalid_input,
                "`--library {}={}`: `{}` takes nothing of an interface of that name", name, which,
                question.manifest.application)
        .with_code("deploy.library-unused")
        .with_help(used.empty() ? "it uses no library that could be exchanged"
                                : "what it uses can be exchanged for " + enumerated(used));
  }
  return {};
}

/// The machine's MPI comes with its own way to the network: a second one under it would be another.
Status check_mpi_is_own(const std::vector<LibraryChoice>& choices, const std::string& fabric) {
  const auto mpi = std::ranges::find(choices, PointKind::mpi, &LibraryChoice::kind);
  if (mpi == choices.end() || mpi->name.empty()) return {};
  return fail(ErrorKind::invalid_input,
              "the machine's `{}` is for the MPI that programs bring, and they are linked with the "
              "machine's",
              fabric)
      .with_code("deploy.fabric")
      .with_help("add `--library mpi=image`, or leave the network to the machine's MPI");
}

}  // namespace

Result<std::vector<LibraryChoice>> choose_libraries(const LibraryChoiceInputs& question) {
  const LibraryUses uses = library_uses(question.manifest, question.interfaces);
  XAAS_CHECK(check_settings(question, uses));
  LibraryChooser chooser(question, uses);
  std::vector<LibraryChoice> choices;
  for (const std::string& name : mpi_first(question, uses)) {
    XAAS_TRY(auto choice, chooser.choose(name));
    choices.push_back(std::move(choice));
  }
  for (const auto& [name, which] : question.settings) {
    if (which == k_image_library || !is_used_by_mpi(question, uses, name)) continue;
    XAAS_CHECK(check_mpi_is_own(choices, name));
    XAAS_TRY(auto choice, chooser.choose_for_mpi(name));
    choices.push_back(std::move(choice));
  }
  std::ranges::sort(choices, {}, &LibraryChoice::interface);
  return choices;
}

std::string explain_libraries(const std::vector<LibraryChoice>& choices) {
  std::string text;
  for (const LibraryChoice& choice : choices) {
    if (choice.name.empty()) {
      text += fmt::format("{}: the image's own {}: {}\n", choice.interface,
                          fmt::join(choice.sonames, ", "), choice.reason);
    } else {
      text += fmt::format("{}: {}\n", choice.interface, choice.reason);
      for (const auto& [soname, file] : choice.files)
        text += fmt::format("  {} in place of {}\n", file.path, soname);
      for (const StandInLibrary& file : choice.demanded)
        text += fmt::format("  {}, which goes with it\n", file.path);
    }
    for (const std::string& other : choice.passed_over) text += fmt::format("  not {}\n", other);
  }
  return text;
}

const StandInLibrary* exchanged(const std::vector<LibraryChoice>& choices,
                                const std::string& soname) {
  for (const LibraryChoice& choice : choices) {
    const auto found = choice.files.find(soname);
    if (found != choice.files.end()) return &found->second;
  }
  return nullptr;
}

}  // namespace xaas
