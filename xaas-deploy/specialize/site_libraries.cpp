// SPDX-License-Identifier: Apache-2.0
#include "specialize/site_libraries.hpp"

#include "xaas/support/digest.hpp"
#include "xaas/support/mapped_file.hpp"
#include "xaas/targets/machine_library.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <system_error>
#include <utility>

namespace xaas {
namespace {

std::set<std::string> symbols_of(const std::map<std::string, std::set<std::string>>& uses) {
  std::set<std::string> symbols;
  for (const auto& [soname, taken] : uses) symbols.insert(taken.begin(), taken.end());
  return symbols;
}

/// Symbols by which a file tells what it is.
std::set<std::string> marks_of(const LibraryInterface& interface) {
  std::set<std::string> marks;
  for (const InterfaceClass& one : interface.classes)
    marks.insert(one.symbols.begin(), one.symbols.end());
  for (const InterfaceImplementation& one : interface.implementations)
    marks.insert(one.symbols.begin(), one.symbols.end());
  return marks;
}

bool defines_one_of(const MachineLibrary& file, const std::set<std::string>& symbols) {
  return std::ranges::any_of(symbols,
                             [&](const std::string& name) { return file.symbols.contains(name); });
}

/// What a soname tells holds unless marks of that class are missing: one of another class may be
/// called so, and MPICH's library of the standard's ABI has the marks of its own one, too.
std::string class_of_file(const LibraryInterface& interface, const MachineLibrary& file) {
  std::string by_name = class_of(interface, file.soname);
  const auto& classes = interface.classes;
  const auto named = std::ranges::find(classes, by_name, &InterfaceClass::name);
  const bool is_plausible =
      named != classes.end() && (named->symbols.empty() || defines_one_of(file, named->symbols));
  if (is_plausible) return by_name;
  const auto marked = std::ranges::find_if(
      classes, [&](const InterfaceClass& one) { return defines_one_of(file, one.symbols); });
  return marked == classes.end() ? by_name : marked->name;
}

/// As far as what it alone has tells.
bool is_one_of(const MachineLibrary& file, const InterfaceImplementation& implementation) {
  return defines_one_of(file, implementation.symbols) ||
         is_called_like(file.soname, implementation.sonames);
}

/// What a library is that no description tells of.
void name_by_marks(const LibraryInterface& interface, Implementation& found) {
  const MachineLibrary& file = found.files.front();
  const auto marked = std::ranges::find_if(
      interface.implementations,
      [&](const InterfaceImplementation& one) { return is_one_of(file, one); });
  if (marked != interface.implementations.end()) found.name = marked->name;
  found.abi = class_of_file(interface, file);
}

/// Distributions put all that they have into one folder.
bool is_anothers(const LibraryInterface& interface, const Implementation& found,
                 const MachineLibrary& file) {
  const std::string abi = class_of(interface, file.soname);
  if (!found.abi.empty() && !abi.empty() && abi != found.abi) return true;
  const InterfaceImplementation* own = implementation_called(interface, found.name);
  if (own != nullptr && is_one_of(file, *own)) return false;
  return std::ranges::any_of(interface.implementations, [&](const InterfaceImplementation& one) {
    return is_one_of(file, one);
  });
}

void drop_others(const LibraryInterface& interface, Implementation& found) {
  if (found.files.empty()) return;
  const auto beside = std::ranges::remove_if(
      found.files.begin() + 1, found.files.end(),
      [&](const MachineLibrary& file) { return is_anothers(interface, found, file); });
  found.files.erase(beside.begin(), beside.end());
}

/// What a description says of one, before its files are looked at.
struct Described {
  Implementation implementation;
  std::string path;
  std::string soname;
  std::string companion;  // path of a library that goes with it and may lie elsewhere; empty: none
};

template <class Facts>
std::span<const Facts> known(const std::optional<std::vector<Facts>>& facts) {
  return facts ? std::span<const Facts>(*facts) : std::span<const Facts>();
}

std::vector<Described> described_mpis(const Target& target) {
  std::vector<Described> found;
  for (const MpiInstallation& mpi : known(target.mpi)) {
    found.push_back({.implementation = {.name = mpi.flavour,
                                        .version = mpi.version,
                                        .abi = mpi.abi,
                                        .module = mpi.module},
                     .path = mpi.path,
                     .soname = mpi.soname,
                     .companion = mpi.gpu_library});
  }
  return found;
}

std::vector<Described> described_blas(const Target& target) {
  std::vector<Described> found;
  for (const BlasLibrary& blas : known(target.blas)) {
    if (blas.provides.empty()) continue;  // for GPUs
    found.push_back({.implementation = {.name = blas.name,
                                        .version = blas.version,
                                        .abi = blas.integers,
                                        .threading = blas.threading,
                                        .module = blas.module},
                     .path = blas.path,
                     .soname = blas.soname,
                     .companion = {}});
  }
  return found;
}

std::vector<Described> described_fft(const Target& target) {
  std::vector<Described> found;
  for (const FftLibrary& fft : known(target.fft)) {
    found.push_back({.implementation = {.name = fft.name,
                                        .version = fft.version,
                                        .threading = fft.threading,
                                        .module = fft.module},
                     .path = fft.path,
                     .soname = fft.soname,
                     .companion = {}});
  }
  return found;
}

std::vector<Described> described_networks(const Target& target, const std::string& name) {
  std::vector<Described> found;
  for (const NetworkLibrary& network : known(target.interconnect.libraries)) {
    if (network.name != name) continue;
    found.push_back({.implementation = {.name = network.name, .version = network.version},
                     .path = network.path,
                     .soname = {},
                     .companion = {}});
  }
  return found;
}

std::vector<Described> described_in(const Target& target, const LibraryInterface& interface) {
  std::vector<Described> found;
  if (interface.kind == PointKind::mpi) found = described_mpis(target);
  if (interface.kind == PointKind::blas) found = described_blas(target);
  if (interface.kind == PointKind::fft) found = described_fft(target);
  if (interface.kind == PointKind::fabric) found = described_networks(target, interface.name);
  for (Described& one : found) one.implementation.interface = interface.name;
  return found;
}

bool is_told_by_descriptions(PointKind kind) {
  return kind == PointKind::mpi || kind == PointKind::blas || kind == PointKind::fft ||
         kind == PointKind::fabric;
}

/// Whether a folder leads to another library by this one's soname.
bool has_another(const std::filesystem::path& folder, const StandInLibrary& file) {
  std::error_code error;
  const std::filesystem::path by_soname = folder / file.soname;
  return !folder.empty() && std::filesystem::exists(by_soname, error) &&
         !std::filesystem::equivalent(by_soname, file.path, error);
}

class ImplementationSearch {
 public:
  explicit ImplementationSearch(const SiteLibraryQuestion& question) : question_(question) {
    if (!question.is_detected_here) {
      if (auto host = detect_host()) host_ = *std::move(host);
    }
  }

  std::vector<Implementation> search() {
    for (const LibraryInterface& interface : question_.interfaces) {
      const std::string& name = interface.name;
      const auto uses = question_.uses.find(name);
      // What only the image's MPI takes is not among the uses of its links.
      const bool is_for_mpi =
          interface.kind == PointKind::fabric && question_.settings.contains(name);
      if (uses == question_.uses.end() && !is_for_mpi) continue;
      const std::set<std::string> symbols =
          uses == question_.uses.end() ? interface.symbols : symbols_of(uses->second);
      const auto setting = question_.settings.find(name);
      const bool names_path =
          setting != question_.settings.end() && setting->second.starts_with('/');
      if (names_path) {
        add_file(interface, symbols, setting->second);
      } else if (is_told_by_descriptions(interface.kind)) {
        for (Described& one : described_in(question_.target, interface))
          add_described(interface, symbols, std::move(one));
      } else if (question_.is_detected_here && setting != question_.settings.end()) {
        for (const std::string& path :
             libraries_called_like(interface.sonames, question_.target.architecture))
          add_file(interface, symbols, path);
      }
    }
    return std::move(found_);
  }

 private:
  [[nodiscard]] std::vector<MachineLibrary> files_at(const std::string& path,
                                                     const LibraryInterface& interface,
                                                     std::set<std::string> symbols) const {
    symbols.merge(marks_of(interface));
    return machine_libraries(path, interface.sonames, symbols, question_.target.architecture);
  }

  void add_described(const LibraryInterface& interface, const std::set<std::string>& symbols,
                     Described described) {
    Implementation& found = described.implementation;
    if (is_here(interface, described)) {
      found.files = files_at(described.path, interface, symbols);
      // Whoever is called so beside it, the description is of this file.
      if (!found.files.empty() && !described.soname.empty() &&
          found.files.front().soname != described.soname)
        found.files.clear();
      drop_others(interface, found);
      add_companion(interface, symbols, described.companion, found);
    }
    found_.push_back(std::move(found));
  }

  void add_companion(const LibraryInterface& interface, const std::set<std::string>& symbols,
                     const std::string& path, Implementation& found) const {
    if (path.empty() || found.files.empty()) return;
    auto files = files_at(path, interface, symbols);
    if (!files.empty()) found.files.push_back(std::move(files.front()));
  }

  void add_file(const LibraryInterface& interface, const std::set<std::string>& symbols,
                const std::string& path) {
    Implementation found{.interface = interface.name, .files = files_at(path, interface, symbols)};
    if (found.files.empty()) return;
    name_by_marks(interface, found);
    drop_others(interface, found);
    found_.push_back(std::move(found));
  }

  /// A description may be of a machine on which the same path is another library.
  [[nodiscard]] bool is_here(const LibraryInterface& interface, const Described& described) const {
    if (!host_) return true;
    const auto here = described_in(*host_, interface);
    return std::ranges::any_of(here, [&](const Described& other) {
      return other.path == described.path && other.soname == described.soname &&
             other.implementation.name == described.implementation.name &&
             other.implementation.version == described.implementation.version;
    });
  }

  const SiteLibraryQuestion& question_;
  std::optional<Target> host_;  // where the target is not this machine
  std::vector<Implementation> found_;
};

}  // namespace

std::vector<Implementation> find_implementations(const SiteLibraryQuestion& question) {
  if (question.uses.empty()) return {};
  return ImplementationSearch(question).search();
}

void drop_shared_folders(std::vector<LibraryChoice>& choices, std::string_view architecture) {
  std::vector<StandInLibrary*> files;
  for (LibraryChoice& choice : choices) {
    for (auto& [soname, file] : choice.files) files.push_back(&file);
    for (StandInLibrary& file : choice.demanded) files.push_back(&file);
  }
  for (StandInLibrary* file : files) {
    const auto hides = [&](const StandInLibrary* other) {
      return other->folder != file->folder && has_another(other->folder, *file);
    };
    if (file->folder.empty()) continue;
    if (is_usual_library_folder(file->folder, architecture) || std::ranges::any_of(files, hides))
      file->folder.clear();
  }
}

std::vector<std::string> never_bundled(const SiteProfile& site,
                                       const std::vector<LibraryInterface>& interfaces) {
  std::vector<std::string> sonames = site.never_bundle;
  for (const LibraryInterface& interface : interfaces) {
    if (interface.bundle == BundlePolicy::never)
      sonames.insert(sonames.end(), interface.sonames.begin(), interface.sonames.end());
  }
  return sonames;
}

void drop_images_own(std::vector<std::string>& environment,
                     const std::vector<LibraryInterface>& interfaces) {
  for (const LibraryInterface& interface : interfaces) {
    for (const InterfaceOpening& opening : interface.opens) {
      for (const auto& [name, value] : opening.environment)
        std::erase(environment, fmt::format("{}={}", name, value));
    }
  }
}

std::string note_on_openings(const std::vector<std::string>& libraries,
                             const std::vector<LibraryInterface>& interfaces) {
  std::vector<std::string> opening;
  for (const std::string& path : libraries) {
    const std::string name = std::filesystem::path(path).filename().string();
    const auto files = opened_by(interfaces, name).files;
    if (!files.empty()) opening.push_back(fmt::format("{} ({})", name, files.front()));
  }
  if (opening.empty()) return {};
  return fmt::format(
      "plugins are not in a tree, and are looked for where they lay on the machine that built the "
      "image: of {}; an image (`--output oci:LAYOUT`) has them",
      fmt::join(opening, ", "));
}

Result<std::vector<LinkedLibrary>> linked_libraries(const std::vector<LibraryChoice>& choices) {
  std::vector<LinkedLibrary> linked;
  for (const LibraryChoice& choice : choices) {
    std::map<std::string, LinkedLibrary> by_path;
    std::vector<std::pair<std::string, StandInLibrary>> files(choice.files.begin(),
                                                              choice.files.end());
    for (const StandInLibrary& file : choice.demanded) files.emplace_back("", file);
    for (const auto& [soname, file] : files) {
      LinkedLibrary& library = by_path[file.path];
      if (!soname.empty()) library.stands_for.push_back(soname);
      if (library.path == file.path) continue;
      XAAS_TRY(const auto bytes, MappedFile::open(file.path));
      library.interface = choice.interface;
      library.implementation = choice.name;
      library.version = choice.version;
      library.abi = choice.abi;
      library.soname = file.soname;
      library.path = file.path;
      library.content = digest_of(bytes.bytes());
      library.module = choice.module;
      library.reason = choice.reason;
    }
    for (auto& [path, library] : by_path) linked.push_back(std::move(library));
  }
  return linked;
}

std::vector<std::string> notes_on_libraries(const std::vector<LibraryChoice>& choices) {
  std::vector<std::string> notes;
  for (const LibraryChoice& choice : choices) {
    if (!choice.name.empty()) continue;
    std::string note = fmt::format("{}: the image's own {} is linked: {}", choice.interface,
                                   fmt::join(choice.sonames, ", "), choice.reason);
    // Another one starts as many worlds of one rank each.
    if (choice.kind == PointKind::mpi) note += "; programs need a launcher that goes with it";
    if (!choice.passed_over.empty())
      note += fmt::format(" ({})", fmt::join(choice.passed_over, "; "));
    notes.push_back(std::move(note));
  }
  return notes;
}

}  // namespace xaas
