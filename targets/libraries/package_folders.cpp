// SPDX-License-Identifier: Apache-2.0
#include "package_folders.hpp"

#include "cray.hpp"
#include "environment_modules.hpp"
#include "kernel_files.hpp"
#include "library_search.hpp"
#include "spack.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

namespace xaas {
namespace {

/// Each is a question to a file system that may be slow.
constexpr std::size_t k_most_folders = 4096;

/// A folder counts when a library in it is called so; what it is, its symbols will say.
constexpr auto k_libraries = std::to_array<std::string_view>(
    {"libmpi",       "libopenblas", "libblas",   "libcblas",  "liblapack",  "libblis",
     "libflexiblas", "libflame",    "libmkl_rt", "libfftw3",  "libsci_",    "libarmpl",
     "libnvpl_",     "libessl",     "libatlas",  "libtatlas", "libsatlas",  "libscalapack",
     "libfabric.",   "libucp.",     "libcublas", "libcufft",  "librocblas", "librocfft"});

/// Variables with the place of an installation, set by modules of sites, vendors and EasyBuild
/// (which writes `-` as MIN).
constexpr auto k_roots = std::to_array<const char*>({"CRAY_MPICH_DIR",     "MPICH_DIR",
                                                     "MPI_HOME",           "MPI_ROOT",
                                                     "I_MPI_ROOT",         "CRAY_LIBSCI_PREFIX_DIR",
                                                     "CRAY_LIBSCI_PREFIX", "MKLROOT",
                                                     "OPENBLAS_ROOT",      "OPENBLAS_DIR",
                                                     "BLIS_ROOT",          "AOCL_ROOT",
                                                     "FLEXIBLAS_ROOT",     "ARMPL_DIR",
                                                     "NVPL_ROOT",          "ESSL_ROOT",
                                                     "FFTW_ROOT",          "FFTW_DIR",
                                                     "FFTW_HOME",          "LIBFABRIC_ROOT",
                                                     "UCX_ROOT",           "UCX_DIR",
                                                     "CUDA_HOME",          "CUDA_PATH",
                                                     "ROCM_PATH",          "EBROOTOPENMPI",
                                                     "EBROOTMPICH",        "EBROOTIMPI",
                                                     "EBROOTMVAPICH2",     "EBROOTPSMPI",
                                                     "EBROOTOPENBLAS",     "EBROOTFLEXIBLAS",
                                                     "EBROOTBLIS",         "EBROOTAOCLMINBLAS",
                                                     "EBROOTSCALAPACK",    "EBROOTIMKL",
                                                     "EBROOTFFTW",         "EBROOTFFTWMPI",
                                                     "EBROOTUCX",          "EBROOTLIBFABRIC"});

/// Where an installation has its libraries; the last of these are Intel's. Cray's FFTW_DIR is such
/// a folder itself.
constexpr auto k_below_root = std::to_array<const char*>(
    {"", "/lib", "/lib64", "/lib/release", "/lib/intel64", "/mpi/latest/lib",
     "/mpi/latest/lib/release", "/mkl/latest/lib", "/mkl/latest/lib/intel64"});

std::vector<std::string> folders_below(const std::string& root) {
  std::vector<std::string> folders;
  folders.reserve(k_below_root.size());
  for (const char* below : k_below_root) folders.push_back(root + below);
  return folders;
}

bool is_root_variable(std::string_view name) {
  return name.starts_with("EBROOT") || name.ends_with("ROOT") || name.ends_with("_DIR") ||
         name.ends_with("_HOME") || name.ends_with("_PREFIX") || name == "CMAKE_PREFIX_PATH";
}

/// Those that a module names for loaders and linkers, or else those of the installation that it
/// puts into other variables: who writes run paths has no use for the former.
std::vector<std::string> library_folders_of(const ModuleText& text) {
  static constexpr std::string_view k_programs = "/bin";
  std::vector<std::string> named;
  std::vector<std::string> implied;
  for (const auto& [variable, value] : text.settings) {
    auto folders = absolute_folders_in(value);
    if (variable == "LD_LIBRARY_PATH" || variable == "CRAY_LD_LIBRARY_PATH" ||
        variable == "LIBRARY_PATH") {
      std::ranges::move(folders, std::back_inserter(named));
      continue;
    }
    for (std::string& folder : folders) {
      if (variable == "PATH" && folder.ends_with(k_programs)) {
        folder.resize(folder.size() - k_programs.size());
      } else if (!is_root_variable(variable)) {
        continue;
      }
      std::ranges::move(folders_below(folder), std::back_inserter(implied));
    }
  }
  return named.empty() ? implied : named;
}

/// Whether `folder` lies below `NAME/VERSION` of the module, as most sites install; Cray's modules
/// are called `cray-NAME`.
bool is_named_after(std::string_view folder, std::string_view module) {
  static constexpr std::string_view k_cray = "cray-";
  if (module.starts_with(k_cray)) module.remove_prefix(k_cray.size());
  return module.contains('/') && fmt::format("{}/", folder).contains(fmt::format("/{}/", module));
}

class Collection {
 public:
  Collection(const HostProbe& probe, std::string_view architecture) : probe_(&probe) {
    for (std::string& folder : usual_library_folders(architecture))
      loaders_.insert(std::move(folder));
    for (const std::string& path : libraries_in_loader_cache(probe, "lib"))
      loaders_.emplace(folder_in(path));
  }

  void add(PackageFolder folder) {
    while (folder.path.size() > 1 && folder.path.ends_with('/')) folder.path.pop_back();
    if (loaders_.contains(folder.path)) return;
    const auto [known, is_new] = places_.try_emplace(folder.path, found_.size());
    if (!is_new) {
      // Who lists it first need not know of a module.
      if (known->second < found_.size() && found_[known->second].module.empty())
        found_[known->second].module = std::move(folder.module);
      return;
    }
    const bool is_wanted = places_.size() <= k_most_folders && holds_libraries(folder.path);
    if (is_wanted) {
      found_.push_back(std::move(folder));
    } else {
      known->second = k_nowhere;
    }
  }

  [[nodiscard]] bool is_full() const { return places_.size() > k_most_folders; }
  std::vector<PackageFolder> take() { return std::move(found_); }

 private:
  static constexpr std::size_t k_nowhere = static_cast<std::size_t>(-1);

  [[nodiscard]] bool holds_libraries(const std::string& folder) const {
    const auto names = probe_->list(folder);
    return names && std::ranges::any_of(*names, [](const std::string& name) {
             return std::ranges::any_of(
                 k_libraries, [&](std::string_view begin) { return name.starts_with(begin); });
           });
  }

  const HostProbe* probe_;
  std::set<std::string, std::less<>> loaders_;  // folders that every program's loader looks into
  std::vector<PackageFolder> found_;
  std::map<std::string, std::size_t> places_;  // in found_, of every folder that was looked into
};

/// Which loaded module a folder is from.
class LoadedModules {
 public:
  explicit LoadedModules(const std::vector<EnvironmentModule>& loaded) : loaded_(&loaded) {
    for (const EnvironmentModule& module : loaded) {
      for (std::string& folder : library_folders_of(module.text))
        by_folder_.try_emplace(std::move(folder), module.load);
    }
  }

  /// Empty when none is known to be.
  [[nodiscard]] std::string module_of(const std::string& folder) const {
    if (const auto known = by_folder_.find(folder); known != by_folder_.end()) return known->second;
    for (const EnvironmentModule& module : *loaded_)
      if (is_named_after(folder, module.name)) return module.load;
    return {};
  }

 private:
  const std::vector<EnvironmentModule>* loaded_;
  std::map<std::string, std::string> by_folder_;
};

void add_of_environment(const HostProbe& probe, const LoadedModules& loaded,
                        Collection& collection) {
  const auto add = [&](const std::string& path, const char* origin) {
    collection.add({.path = path, .module = loaded.module_of(path), .origin = origin});
  };
  for (const std::string& folder : absolute_folders_in(probe.variable("LD_LIBRARY_PATH")))
    if (!loaded.module_of(folder).empty()) add(folder, "LD_LIBRARY_PATH");
  for (const std::string& folder : absolute_folders_in(probe.variable("CRAY_LD_LIBRARY_PATH")))
    add(folder, "CRAY_LD_LIBRARY_PATH");
  for (const char* variable : k_roots) {
    const std::string root = probe.variable(variable);
    if (!root.starts_with('/')) continue;
    for (const std::string& folder : folders_below(root)) add(folder, variable);
  }
}

/// Of the MPI whose compiler driver is the first in PATH.
void add_of_driver(const HostProbe& probe, const LoadedModules& loaded, Collection& collection) {
  for (const std::string& folder : absolute_folders_in(probe.variable("PATH"))) {
    const auto names = probe.list(folder);
    if (!names || !std::ranges::binary_search(*names, "mpicc")) continue;
    std::string root = Links(probe).without(folder + "/mpicc");
    for (int i = 0; i < 2; ++i) root.resize(std::min(root.rfind('/'), root.size()));
    if (root.empty()) return;
    for (const std::string& below : folders_below(root))
      collection.add({.path = below, .module = loaded.module_of(below), .origin = "mpicc"});
    return;
  }
}

/// What distributions install beside each other, the one that they have chosen first.
void add_of_distribution(const HostProbe& probe, std::string_view architecture,
                         Collection& collection) {
  const auto usual = usual_library_folders(architecture);
  const std::string triple = usual.front().substr(usual.front().rfind('/') + 1);
  const std::string chosen = probe.link("/etc/alternatives/libmpi.so-" + triple);
  if (chosen.starts_with('/'))
    collection.add({.path = chosen.substr(0, chosen.rfind('/')), .origin = "update-alternatives"});
  for (const std::string& folder : usual) {
    for (const char* below : {"/mpich/lib", "/openmpi/lib", "/mvapich2/lib"})
      collection.add({.path = folder + below, .origin = "distribution"});
  }
  const std::string suse = "/usr/lib64/mpi/gcc";
  for (const std::string& name : names_in(probe, suse))
    collection.add({.path = fmt::format("{}/{}/lib64", suse, name), .origin = "distribution"});
}

void add_of_modules(const std::vector<EnvironmentModule>& modules, Collection& collection) {
  for (const EnvironmentModule& module : modules) {
    for (std::string& folder : library_folders_of(module.text))
      collection.add({.path = std::move(folder), .module = module.load, .origin = "module"});
  }
}

}  // namespace

std::string PackageFolders::module_of(std::string_view path) const {
  const std::string_view folder = folder_in(path);
  const auto found = std::ranges::find(folders, folder, &PackageFolder::path);
  return found == folders.end() ? "" : found->module;
}

std::vector<std::string> PackageFolders::paths() const {
  std::vector<std::string> all;
  std::ranges::transform(folders, std::back_inserter(all), &PackageFolder::path);
  return all;
}

PackageFolders find_package_folders(const HostProbe& probe, std::string_view architecture) {
  auto modules = find_environment_modules(probe);
  PackageFolders found{.problems = std::move(modules.problems)};
  Collection collection(probe, architecture);
  const LoadedModules loaded(modules.loaded);
  add_of_environment(probe, loaded, collection);
  add_of_driver(probe, loaded, collection);
  add_of_modules(modules.loaded, collection);
  for (PackageFolder& folder : find_cray_folders(probe)) collection.add(std::move(folder));
  add_of_distribution(probe, architecture, collection);
  auto spack = find_spack_prefixes(probe);
  std::ranges::move(spack.problems, std::back_inserter(found.problems));
  for (const std::string& prefix : spack.prefixes) {
    for (std::string& folder : folders_below(prefix))
      collection.add({.path = std::move(folder), .origin = "spack"});
  }
  add_of_modules(modules.available, collection);
  if (collection.is_full()) {
    found.problems.push_back(
        fmt::format("modules and packages name more than {} folders: not all were looked into",
                    k_most_folders));
  }
  found.folders = collection.take();
  return found;
}

}  // namespace xaas
