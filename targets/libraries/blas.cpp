// SPDX-License-Identifier: Apache-2.0
#include "blas.hpp"

#include "opened_library.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <span>
#include <utility>

// What calls itself libblas.so.3 may be anyone's. The symbols that one of them alone has decide;
// then its soname and those that it needs, for libraries that are but another's front; last the
// variables that only one of them reads. What shows nothing of these and is called as Netlib's is,
// is that.

namespace xaas {
namespace {

/// What tells who made a library.
struct Mark {
  std::string_view text;
  std::string_view name;
};
// NOLINTBEGIN(modernize-use-designated-initializers): tables
constexpr auto k_symbols = std::to_array<Mark>({
    {"flexiblas_load_backend", "flexiblas"},
    {"openblas_get_config", "openblas"},
    {"openblas_get_config64_", "openblas"},
    {"bli_info_get_version_str", "blis"},
    {"MKL_Get_Version_String", "mkl"},
    {"mkl_get_version_string", "mkl"},
    {"armplversion", "armpl"},
    {"armplversion_", "armpl"},
    {"nvpl_blas_get_version", "nvpl"},
    {"nvpl_lapack_get_version", "nvpl"},
    {"iessl", "essl"},
    {"ATL_buildinfo", "atlas"},
    {"ATL_dgemm", "atlas"},
    {"cublasCreate_v2", "cublas"},
    {"rocblas_create_handle", "rocblas"},
});
constexpr auto k_sonames = std::to_array<Mark>({
    {"libflexiblas", "flexiblas"},
    {"libopenblas", "openblas"},
    {"libblis", "blis"},
    {"libmkl_sycl", "onemkl"},
    {"libonemkl", "onemkl"},
    {"libmkl_", "mkl"},
    {"libsci_", "libsci"},
    {"libarmpl", "armpl"},
    {"libnvpl_", "nvpl"},
    {"libessl", "essl"},
    {"libatlas", "atlas"},
    {"libsatlas", "atlas"},
    {"libtatlas", "atlas"},
    {"libgslcblas", "gslcblas"},
    // These are Netlib's whatever they are linked with.
    {"libscalapack", "netlib"},
    {"liblapacke", "netlib"},
});
constexpr auto k_variables = std::to_array<Mark>({
    {"BLIS_NUM_THREADS", "blis"},
    {"OPENBLAS_NUM_THREADS", "openblas"},
    {"CRAYBLAS_", "libsci"},
});
/// One routine for each interface, without what compilers of Fortran and builds with 64-bit
/// integers add to its name. `dgemm` would not do: NVBLAS has it, and none for vectors.
constexpr auto k_routines = std::to_array<Mark>({
    {"daxpy", "blas"},
    {"cblas_daxpy", "cblas"},
    {"dgesv", "lapack"},
    {"LAPACKE_dgesv", "lapacke"},
    {"pdgesv", "scalapack"},
});
// NOLINTEND(modernize-use-designated-initializers)
constexpr auto k_short_endings = std::to_array<std::string_view>({"", "_"});
constexpr auto k_long_endings = std::to_array<std::string_view>({"_64_", "64_", "_64"});

constexpr auto k_parts = std::to_array<std::string_view>(
    {"blas", "lapack", "blis", "atlas", "libmkl_rt", "libmkl_intel_", "libmkl_gf_", "libmkl_sycl",
     "libonemkl", "libsci_", "libarmpl", "libnvpl_", "libessl"});
constexpr auto k_netlib =
    std::to_array<std::string_view>({"libblas", "librefblas", "libcblas", "liblapack"});
constexpr std::string_view k_openblas_threads = "exec_blas";

bool begins_with_one_of(std::string_view text, std::span<const std::string_view> begins) {
  return std::ranges::any_of(begins, [&](auto begin) { return text.starts_with(begin); });
}

bool has_routine(const OpenedLibrary& library, std::string_view routine,
                 std::span<const std::string_view> endings) {
  return std::ranges::any_of(endings, [&](auto ending) {
    return library.exports.contains(fmt::format("{}{}", routine, ending));
  });
}

std::set<std::string, std::less<>> looked_for() {
  std::set<std::string, std::less<>> names{std::string(k_openblas_threads)};
  for (const Mark& mark : k_symbols) names.emplace(mark.text);
  for (const Mark& routine : k_routines) {
    for (const auto ending : k_short_endings)
      names.insert(fmt::format("{}{}", routine.text, ending));
    for (const auto ending : k_long_endings)
      names.insert(fmt::format("{}{}", routine.text, ending));
  }
  return names;
}

/// The first mark for which `holds`; empty when none does.
template <class Holds>
std::string_view name_by(std::span<const Mark> marks, const Holds& holds) {
  const auto found =
      std::ranges::find_if(marks, [&](const Mark& mark) { return holds(mark.text); });
  return found == marks.end() ? std::string_view() : found->name;
}

std::string_view maker_of(const OpenedLibrary& library) {
  auto name = name_by(k_symbols,
                      [&](auto symbol) { return library.exports.contains(std::string(symbol)); });
  if (name.empty())
    name = name_by(k_sonames, [&](auto begin) { return library.soname.starts_with(begin); });
  if (name.empty())
    name = name_by(k_sonames, [&](auto begin) { return library.needs_any(std::array{begin}); });
  if (name.empty())
    name = name_by(k_variables, [&](auto text) { return library.constants.contains(text); });
  if (name.empty() && begins_with_one_of(library.soname, k_netlib)) name = "netlib";
  return name;
}

/// By what is before ".so": "libopenblas64_", "libmkl_intel_ilp64", but not "libmkl_intel_lp64".
bool is_called_64(std::string_view soname) {
  const auto stem = soname.substr(0, soname.find(".so"));
  if (stem.contains("lp64")) return stem.contains("ilp64");
  return stem.ends_with("64") || stem.ends_with("64_");
}

constexpr std::string_view k_openblas_banner = "OpenBLAS ";

/// "OpenBLAS 0.3.21 USE64BITINT DYNAMIC_ARCH", what `openblas_get_config` begins with.
std::string_view openblas_configuration(const OpenedLibrary& library) {
  const std::string version = version_behind(library.constants, k_openblas_banner);
  if (version.empty()) return {};
  const auto at = library.constants.find(fmt::format("{}{}", k_openblas_banner, version));
  const auto text = library.constants.substr(at);
  return text.substr(0, text.find('\0'));
}

std::string version_of(std::string_view name, const OpenedLibrary& library) {
  if (name == "openblas") return version_behind(library.constants, k_openblas_banner);
  if (name == "atlas") return version_in_file_name(library);
  if (name == "blis") {
    const std::string version = version_behind(library.constants, "AOCL-BLIS ");
    return version.empty() ? lone_version(library.constants, 2) : version;
  }
  if (name == "mkl" || name == "onemkl") return version_in_folders(library.file, "mkl");
  if (name == "gslcblas") return {};  // its file's number is not GSL's
  if (name == "libsci" || name == "armpl" || name == "essl")
    return version_in_folders(library.file, name);
  return version_in_file_name(library);
}

/// MKL loads one of its layers at run time, by these names beside it; OpenMP is what it takes
/// first.
std::string threading_of_mkl(const HostProbe& probe, const OpenedLibrary& library) {
  const auto names = probe.list(std::string(folder_in(library.file)));
  const auto has = [&](std::string_view begin) {
    return names &&
           std::ranges::any_of(*names, [&](auto& name) { return name.starts_with(begin); });
  };
  if (has("libmkl_intel_thread.so") || has("libmkl_gnu_thread.so")) return "openmp";
  if (has("libmkl_tbb_thread.so")) return "tbb";
  return has("libmkl_sequential.so") ? "none" : "";
}

std::string threading_of(std::string_view name, const OpenedLibrary& library) {
  if (library.needs_openmp()) return "openmp";
  if (library.needs_any(std::array<std::string_view, 1>{"libtbb."})) return "tbb";
  if (name == "openblas") {
    if (!library.exports_any(std::array<std::string_view, 1>{"openblas_get_config"})) return "";
    return library.exports_any(std::array{k_openblas_threads}) ? "pthreads" : "none";
  }
  if (name == "atlas") return library.soname.starts_with("libtatlas") ? "pthreads" : "none";
  const bool has_serial_build = name == "netlib" || name == "libsci" || name == "armpl" ||
                                name == "nvpl" || name == "gslcblas";
  return has_serial_build ? "none" : "";
}

std::string integers_of(const OpenedLibrary& library, const BlasLibrary& blas) {
  if (blas.provides.empty()) return {};
  const bool has_short_names = std::ranges::any_of(k_routines, [&](const Mark& routine) {
    return has_routine(library, routine.text, k_short_endings);
  });
  const bool is_long = !has_short_names || is_called_64(library.soname) ||
                       openblas_configuration(library).contains("USE64BITINT");
  return is_long ? "ilp64" : "lp64";
}

std::optional<BlasLibrary> blas_of_library(const HostProbe& probe, const OpenedLibrary& library) {
  BlasLibrary blas{.name = std::string(maker_of(library))};
  for (const Mark& routine : k_routines) {
    if (has_routine(library, routine.text, k_short_endings) ||
        has_routine(library, routine.text, k_long_endings))
      blas.provides.emplace(routine.name);
  }
  const bool is_for_gpus = blas.name == "cublas" || blas.name == "rocblas" || blas.name == "onemkl";
  if (is_for_gpus) blas.provides.clear();
  if (blas.provides.empty() && !is_for_gpus) return {};
  blas.version = version_of(blas.name, library);
  blas.threading =
      blas.name == "mkl" ? threading_of_mkl(probe, library) : threading_of(blas.name, library);
  blas.integers = integers_of(library, blas);
  blas.soname = library.soname;
  blas.path = library.path;
  return blas;
}

/// Whether what is known of two files of one folder does not keep them apart.
bool agree(const std::string& a, const std::string& b) {
  return a.empty() || b.empty() || a == b;
}

struct Found {
  BlasLibrary blas;
  std::string folder;
  std::size_t provided = 0;  // by the file that stands for all
};

bool is_same_installation(const Found& a, const Found& b) {
  return a.folder == b.folder && a.blas.name == b.blas.name && a.blas.integers == b.blas.integers &&
         agree(a.blas.version, b.blas.version) && agree(a.blas.threading, b.blas.threading);
}

/// The file that provides most stands for all; of MKL's the one that needs no other at link time.
void merge(Found& into, Found other) {
  const bool is_whole = other.blas.soname.starts_with("libmkl_rt.");
  if (other.provided > into.provided || (other.provided == into.provided && is_whole))
    std::swap(into, other);
  into.blas.provides.merge(other.blas.provides);
  if (into.blas.version.empty()) into.blas.version = std::move(other.blas.version);
  if (into.blas.threading.empty()) into.blas.threading = std::move(other.blas.threading);
}

void add(std::vector<Found>& found, Found next) {
  const auto same = std::ranges::find_if(
      found, [&](const Found& other) { return is_same_installation(other, next); });
  if (same == found.end()) {
    found.push_back(std::move(next));
  } else {
    merge(*same, std::move(next));
  }
}

void add_library(const HostProbe& probe, const OpenedLibrary& library, std::vector<Found>& found,
                 std::vector<std::string>& problems) {
  auto blas = blas_of_library(probe, library);
  if (!blas) return;
  if (blas->name.empty()) {
    problems.push_back(
        fmt::format("`{}` has routines of {}, and nothing in it tells which library it is",
                    library.path, fmt::join(blas->provides, ", ")));
    return;
  }
  const std::size_t provided = blas->provides.size();
  add(found, {.blas = *std::move(blas),
              .folder = std::string(folder_in(library.file)),
              .provided = provided});
}

}  // namespace

BlasFacts find_blas(const HostProbe& probe, const LibrarySearch& search,
                    std::string_view architecture) {
  BlasFacts facts;
  std::vector<Found> found;
  std::vector<std::string> untold;
  facts.problems = for_each_library(
      probe, search,
      {.architecture = architecture, .parts_of_names = k_parts, .symbols = looked_for()},
      [&](const OpenedLibrary& library) { add_library(probe, library, found, untold); });
  std::ranges::move(untold, std::back_inserter(facts.problems));
  for (Found& each : found) facts.libraries.push_back(std::move(each.blas));
  return facts;
}

}  // namespace xaas
