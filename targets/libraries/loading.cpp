// SPDX-License-Identifier: Apache-2.0

// What ld.so(8) says, done without running anything: the libraries that a program needs are found
// breadth first, each once, by its soname; DT_RPATH of the one that needs it and of those that it
// was needed by, LD_LIBRARY_PATH, its DT_RUNPATH, the loader's cache, the usual folders. A file for
// another processor is passed by. Then each version that one of them needs must be defined by the
// library that it is needed of, and each symbol of our own files by any of them.

#include "loading.hpp"

#include "bound_tree.hpp"
#include "library_search.hpp"
#include "mpi.hpp"
#include "mpi_launcher.hpp"

#include "xaas/elf/elf_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <utility>

namespace xaas {
namespace {

/// No program needs so many; links that lead to ever new names could.
constexpr std::size_t k_most_objects = 4096;

struct LoadedObject {
  std::string path;
  std::string name;                      // by which it was needed; empty: the program
  std::optional<std::size_t> needed_by;  // index; empty: the program
  ElfFacts facts;
};

/// `$ORIGIN` is where the object lies that says so.
std::vector<std::string> expanded(const LoadedObject& object) {
  std::vector<std::string> folders;
  const std::string origin(folder_in(object.path));
  for (std::string folder : object.facts.runpath) {
    for (const std::string_view word : {"${ORIGIN}", "$ORIGIN"}) {
      // Behind what was put in, which may hold the word itself.
      for (auto at = folder.find(word); at != folder.npos; at = folder.find(word, at)) {
        folder.replace(at, word.size(), origin);
        at += origin.size();
      }
    }
    if (folder.starts_with('/'))
      folders.push_back(std::filesystem::path(folder).lexically_normal().string());
  }
  return folders;
}

void append(std::vector<std::string>& folders, std::vector<std::string> more) {
  std::ranges::move(more, std::back_inserter(folders));
}

/// "printf@GLIBC_2.2.5" -> "printf".
std::string without_version(const std::string& symbol) {
  return symbol.substr(0, symbol.find('@'));
}

/// Facts of the machine's files. The programs of one deployment need much the same ones.
class Files {
 public:
  explicit Files(const HostProbe& probe) : probe_(probe) {}

  [[nodiscard]] const HostProbe& probe() const { return probe_; }

  /// Paths in the loader's cache of libraries of that name.
  const std::vector<std::string>& cached(const std::string& name) {
    if (!cached_) {
      cached_.emplace();
      for (std::string& path : libraries_in_loader_cache(probe_))
        (*cached_)[std::string(name_in(path))].push_back(std::move(path));
    }
    return (*cached_)[name];
  }

  /// Empty: no ELF file.
  const Result<std::optional<ElfFacts>>& facts_of(const std::string& path) {
    const auto known = facts_.find(path);
    if (known != facts_.end()) return known->second;
    return facts_.emplace(path, read(path)).first->second;
  }

 private:
  [[nodiscard]] Result<std::optional<ElfFacts>> read(const std::string& path) const {
    XAAS_TRY(const auto file, probe_.map(path));
    return read_elf(file.bytes());
  }

  const HostProbe& probe_;
  std::map<std::string, Result<std::optional<ElfFacts>>> facts_;
  std::optional<std::map<std::string, std::vector<std::string>>> cached_;  // empty: not read yet
};

/// What one program would load.
class Loading {
 public:
  explicit Loading(Files& files, std::string own = {})
      : files_(files), probe_(files.probe()), own_(std::move(own)) {}

  std::vector<LoadProblem> check(const std::string& program) {
    if (!load(program)) return std::move(problems_);
    check_versions();
    // A library's may be defined by whoever loads it.
    if (is_complete_ && objects_.front().facts.kind == ElfKind::executable) check_symbols();
    return std::move(problems_);
  }

  /// Names by which what is loaded was needed.
  [[nodiscard]] std::set<std::string> brought() const {
    std::set<std::string> names;
    for (const LoadedObject& object : objects_)
      if (object.needed_by) names.insert(object.name);
    return names;
  }

  /// Empty: it loads none, or not all that it needs is found.
  std::optional<MpiProgram> with_mpi(const std::string& program) {
    if (!load(program) || !is_complete_) return {};
    const LoadedObject& self = objects_.front();
    if (self.facts.kind != ElfKind::executable) return {};
    auto mpi = loaded_mpi();
    if (!mpi) return {};
    MpiProgram found{.path = program,
                     .interpreter = self.facts.interpreter,
                     .folders = expanded(self),
                     .has_rpath = self.facts.has_rpath,
                     .mpi = *std::move(mpi)};
    for (const std::string& name : self.facts.needed) {
      if (const LoadedObject* object = loaded(name)) found.libraries.push_back(object->path);
    }
    return found;
  }

  /// Paths of what the library needs, in the loader's order.
  std::vector<std::string> with_library(const std::string& library) {
    std::vector<std::string> paths;
    if (!load(library)) return paths;
    for (const LoadedObject& object : objects_)
      if (object.needed_by) paths.push_back(object.path);
    return paths;
  }

 private:
  /// Whether there is a program; what of it is not found are problems.
  bool load(const std::string& program) {
    if (!load_program(program)) return false;
    for (std::size_t i = 0; i < objects_.size(); ++i) {
      const std::vector<std::string> needed = objects_[i].facts.needed;
      for (const std::string& name : needed) load_library(name, i);
    }
    return true;
  }

  [[nodiscard]] std::optional<MpiInstallation> loaded_mpi() const {
    for (const LoadedObject& object : objects_) {
      // As find_mpi() does: its name is only why it is looked at.
      if (!name_in(object.path).starts_with("libmpi")) continue;
      const auto file = probe_.map(object.path);
      auto mpi = file ? mpi_of_library(file->bytes(), object.facts.architecture) : std::nullopt;
      if (!mpi) continue;
      mpi->path = object.path;
      mpi->launcher = launcher_beside(*mpi);
      return mpi;
    }
    return {};
  }

  /// What a deployment loads may be a link of its own to the library.
  [[nodiscard]] std::string launcher_beside(MpiInstallation mpi) const {
    mpi.path = Links(probe_).without(mpi.path);
    return mpi.path.empty() ? mpi.path : find_launcher(probe_, mpi);
  }

  bool load_program(const std::string& path) {
    const auto& facts = files_.facts_of(path);
    if (!facts) {
      problems_.push_back(
          {.kind = LoadProblem::Kind::unreadable, .file = path, .needed = facts.error().message()});
      return false;
    }
    if (!*facts) return false;  // a script
    const std::string& loader = (*facts)->interpreter;
    if (!loader.empty() && !probe_.map(loader)) {
      problems_.push_back({.kind = LoadProblem::Kind::no_loader, .file = path, .needed = loader});
    }
    objects_.push_back({.path = path, .facts = **facts});
    return true;
  }

  [[nodiscard]] const LoadedObject* loaded(const std::string& name) const {
    const auto found = std::ranges::find_if(objects_, [&](const LoadedObject& object) {
      return object.name == name || object.facts.soname == name;
    });
    return found == objects_.end() ? nullptr : &*found;
  }

  void load_library(const std::string& name, std::size_t by) {
    if (loaded(name) != nullptr || objects_.size() == k_most_objects) return;
    if (missing_.contains(name)) return;
    const bool is_path = name.contains('/');
    const auto folders = is_path ? std::vector<std::string>() : folders_for(by);
    if (is_path ? try_library(name, name, by) : find_library(name, folders, by)) return;
    missing_.insert(name);
    is_complete_ = false;
    problems_.push_back({.kind = LoadProblem::Kind::no_library,
                         .file = objects_[by].path,
                         .needed = name,
                         .folders = folders});
  }

  /// Before the loader's cache and the usual folders.
  [[nodiscard]] std::vector<std::string> folders_for(std::size_t by) const {
    std::vector<std::string> folders;
    const bool has_runpath = !objects_[by].facts.runpath.empty() && !objects_[by].facts.has_rpath;
    if (!has_runpath) {
      for (std::optional<std::size_t> i = by; i; i = objects_[*i].needed_by) {
        if (objects_[*i].facts.has_rpath) append(folders, expanded(objects_[*i]));
      }
    }
    append(folders, absolute_folders_in(probe_.variable("LD_LIBRARY_PATH")));
    if (has_runpath) append(folders, expanded(objects_[by]));
    return folders;
  }

  bool find_library(const std::string& name, const std::vector<std::string>& folders,
                    std::size_t by) {
    const auto lies_in = [&](const std::string& folder) {
      return try_library(folder + "/" + name, name, by);
    };
    if (std::ranges::any_of(folders, lies_in)) return true;
    for (const std::string& path : files_.cached(name))
      if (try_library(path, name, by)) return true;
    return std::ranges::any_of(usual_library_folders(objects_.front().facts.architecture), lies_in);
  }

  bool try_library(const std::string& path, const std::string& name, std::size_t by) {
    const auto& facts = files_.facts_of(path);
    if (!facts || !*facts || (*facts)->kind != ElfKind::shared_library ||
        (*facts)->architecture != objects_.front().facts.architecture)
      return false;
    objects_.push_back({.path = path, .name = name, .needed_by = by, .facts = **facts});
    return true;
  }

  void check_versions() {
    for (const LoadedObject& object : objects_) {
      for (const auto& [library, versions] : object.facts.version_needs) {
        const LoadedObject* provider = loaded(library);
        // A library without any versions is taken as it is, as the loader does.
        if (provider == nullptr || provider->facts.version_definitions.empty()) continue;
        for (const std::string& version : versions) {
          if (provider->facts.version_definitions.contains(version)) continue;
          problems_.push_back({.kind = LoadProblem::Kind::no_version,
                               .file = object.path,
                               .needed = version,
                               .provider = provider->path});
        }
      }
    }
  }

  [[nodiscard]] bool is_own(const LoadedObject& object) const {
    return !object.needed_by || (!own_.empty() && object.path.starts_with(own_ + "/"));
  }

  /// What our own files use of others, each symbol with its file.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> used_symbols() const {
    std::vector<std::pair<std::string, std::string>> used;
    for (const LoadedObject& object : objects_) {
      if (!is_own(object)) continue;
      const auto file = probe_.map(object.path);
      const auto symbols = file ? undefined_symbols(file->bytes()) : std::set<std::string>();
      if (!symbols) continue;
      for (const std::string& symbol : *symbols)
        used.emplace_back(object.path, without_version(symbol));
    }
    return used;
  }

  void remove_defined(std::set<std::string, std::less<>>& symbols) const {
    for (const LoadedObject& object : objects_) {
      if (symbols.empty()) return;
      const auto file = probe_.map(object.path);
      const auto defined =
          file ? exported_among(file->bytes(), symbols) : std::map<std::string, std::string>();
      if (!defined) continue;
      for (const auto& [symbol, text] : *defined) symbols.erase(symbol);
    }
  }

  void check_symbols() {
    const auto used = used_symbols();
    std::set<std::string, std::less<>> open;
    for (const auto& [file, symbol] : used) open.insert(symbol);
    remove_defined(open);
    for (const auto& [file, symbol] : used) {
      if (!open.contains(symbol)) continue;
      problems_.push_back({.kind = LoadProblem::Kind::no_symbol, .file = file, .needed = symbol});
    }
  }

  Files& files_;
  const HostProbe& probe_;
  const std::string own_;
  std::vector<LoadedObject> objects_;
  std::set<std::string> missing_;
  bool is_complete_ = true;
  std::vector<LoadProblem> problems_;
};

}  // namespace

std::vector<LoadProblem> load_problems(const HostProbe& probe,
                                       const std::vector<std::string>& programs,
                                       const std::string& own) {
  Files files(probe);
  std::vector<LoadProblem> problems;
  for (const std::string& program : programs)
    std::ranges::move(Loading(files, own).check(program), std::back_inserter(problems));
  return problems;
}

LoadedLibrary loaded_library(const HostProbe& probe, const std::string& path) {
  Files files(probe);
  Loading loading(files);
  std::vector<LoadProblem> problems = loading.check(path);
  return {.brings = loading.brought(), .problems = std::move(problems)};
}

std::vector<MpiProgram> mpi_programs(const HostProbe& probe,
                                     const std::vector<std::string>& programs) {
  Files files(probe);
  std::vector<MpiProgram> found;
  for (const std::string& program : programs) {
    if (auto one = Loading(files).with_mpi(program)) found.push_back(*std::move(one));
  }
  return found;
}

std::vector<std::string> loaded_with(const HostProbe& probe,
                                     const std::vector<std::string>& libraries) {
  Files files(probe);
  std::vector<std::string> paths;
  for (const std::string& library : libraries) {
    for (std::string& path : Loading(files).with_library(library)) {
      if (std::ranges::find(libraries, path) == libraries.end() &&
          std::ranges::find(paths, path) == paths.end())
        paths.push_back(std::move(path));
    }
  }
  return paths;
}

std::vector<std::string> loaded_with(const std::vector<std::string>& libraries) {
  return loaded_with(*live_host(), libraries);
}

std::vector<LoadProblem> load_problems(const std::filesystem::path& root,
                                       const std::vector<std::string>& programs,
                                       const std::string& own, const BoundFiles& bound) {
  return load_problems(*bound_tree(root, bound), programs, own);
}

std::vector<MpiProgram> mpi_programs(const std::filesystem::path& root,
                                     const std::vector<std::string>& programs,
                                     const BoundFiles& bound) {
  return mpi_programs(*bound_tree(root, bound), programs);
}

}  // namespace xaas
