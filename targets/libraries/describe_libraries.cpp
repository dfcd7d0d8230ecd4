// SPDX-License-Identifier: Apache-2.0
#include "describe_libraries.hpp"

#include "blas.hpp"
#include "cray.hpp"
#include "fft.hpp"
#include "library_search.hpp"
#include "mpi.hpp"
#include "network_libraries.hpp"
#include "package_folders.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

namespace xaas {
namespace {

constexpr const char* k_symbols = "symbols of libraries";
constexpr const char* k_symbols_and_module = "symbols of libraries, module";

void note_problems(std::vector<std::string> problems, Target& target) {
  std::ranges::move(problems, std::back_inserter(target.probe_errors));
}

/// Which module each of them needs.
template <class Library>
const char* note_modules(const PackageFolders& packages, std::vector<Library>& libraries) {
  const char* origin = k_symbols;
  for (Library& library : libraries) {
    library.module = packages.module_of(library.path);
    if (!library.module.empty()) origin = k_symbols_and_module;
  }
  return origin;
}

void describe_mpi(const HostProbe& probe, const LibrarySearch& search,
                  const PackageFolders& packages, Target& target) {
  auto mpi = find_mpi(probe, search, target.architecture);
  target.origins["mpi"] = note_modules(packages, mpi.installations);
  for (MpiInstallation& one : mpi.installations) {
    if (one.flavour == "cray-mpich")
      one.gpu_library = find_gpu_transport(probe, one.path, target.gpus);
  }
  target.mpi = std::move(mpi.installations);
  note_problems(std::move(mpi.problems), target);
}

void describe_blas(const HostProbe& probe, const LibrarySearch& search,
                   const PackageFolders& packages, Target& target) {
  auto blas = find_blas(probe, search, target.architecture);
  target.origins["blas"] = note_modules(packages, blas.libraries);
  target.blas = std::move(blas.libraries);
  note_problems(std::move(blas.problems), target);
}

void describe_fft(const HostProbe& probe, const LibrarySearch& search,
                  const PackageFolders& packages, Target& target) {
  auto fft = find_fft(probe, search, target.architecture);
  target.origins["fft"] = note_modules(packages, fft.libraries);
  target.fft = std::move(fft.libraries);
  note_problems(std::move(fft.problems), target);
}

void describe_network_libraries(const HostProbe& probe, const LibrarySearch& search,
                                Target& target) {
  auto network = find_network_libraries(probe, search, target.architecture);
  target.interconnect.libraries = std::move(network.libraries);
  target.origins["interconnect.libraries"] = k_symbols;
  note_problems(std::move(network.problems), target);
}

}  // namespace

void describe_libraries(const HostProbe& probe, Target& target) {
  auto packages = find_package_folders(probe, target.architecture);
  note_problems(std::move(packages.problems), target);
  auto search = search_libraries(probe, target.architecture, packages.paths());
  note_problems(std::move(search.problems), target);
  if (!search.looked_into_any) return;
  describe_mpi(probe, search, packages, target);
  describe_blas(probe, search, packages, target);
  describe_fft(probe, search, packages, target);
  describe_network_libraries(probe, search, target);
}

}  // namespace xaas
