// SPDX-License-Identifier: Apache-2.0
#include "library_requirements.hpp"

#include "xaas/support/text.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>
#include <utility>

namespace xaas {
namespace {

constexpr auto k_interfaces =
    std::to_array<std::string_view>({"blas", "cblas", "lapack", "lapacke", "scalapack"});
constexpr auto k_blas = std::to_array<std::string_view>(
    {"openblas", "mkl", "blis", "netlib", "atlas", "flexiblas", "sci", "armpl", "nvpl", "essl",
     "gslcblas", "cublas", "rocblas", "onemkl"});
constexpr auto k_fft =
    std::to_array<std::string_view>({"fftw3", "fftw3f", "fftw3l", "fftw3q", "cufft", "rocfft"});
constexpr auto k_network = std::to_array<std::string_view>({"fabric", "ucx"});

struct PrecisionOfFftw {
  std::string_view library;
  std::string_view precision;
};
// NOLINTBEGIN(modernize-use-designated-initializers): a table
constexpr auto k_precisions = std::to_array<PrecisionOfFftw>({
    {"fftw3", "double"},
    {"fftw3f", "single"},
    {"fftw3l", "long-double"},
    {"fftw3q", "quad"},
});
// NOLINTEND(modernize-use-designated-initializers)

/// "openblas" of "libOpenBLAS".
std::string plain(std::string_view name) {
  std::string text = lower_case(name);
  if (text.starts_with("lib")) text.erase(0, 3);
  return text;
}

/// A name without the 64 of 64-bit integers, and whether it had one.
std::pair<std::string, bool> without_64(std::string name) {
  const bool is_long = name.ends_with("64");
  if (is_long) name.erase(name.size() - 2);
  return {std::move(name), is_long};
}

template <class Names>
bool is_one_of(std::string_view name, const Names& names) {
  return std::ranges::find(names, name) != names.end();
}

/// The number that a version begins with, which is taken away with the dot behind it; 0 of none.
unsigned long take_number(std::string_view& version) {
  const auto end = std::min(version.find('.'), version.size());
  const std::string part(version.substr(0, end));
  version.remove_prefix(std::min(end + 1, version.size()));
  return std::strtoul(part.c_str(), nullptr, 10);
}

bool is_at_least(std::string_view version, std::string_view floor) {
  if (floor.empty()) return true;
  if (version.empty()) return false;
  while (!floor.empty()) {
    const auto here = take_number(version);
    const auto there = take_number(floor);
    if (here != there) return here > there;
  }
  return true;
}

bool is_asked_for(std::string_view name, std::string_view version,
                  const LibraryRequirement& requirement) {
  return plain(name) == plain(requirement.name) && is_at_least(version, requirement.version);
}

}  // namespace

LibraryList list_telling_of(std::string_view library) {
  const auto name = without_64(plain(library)).first;
  if (is_one_of(name, k_interfaces) || is_one_of(name, k_blas)) return LibraryList::blas;
  if (is_one_of(name, k_fft)) return LibraryList::fft;
  return is_one_of(name, k_network) ? LibraryList::interconnect : LibraryList::none;
}

bool serves(const BlasLibrary& library, const LibraryRequirement& requirement) {
  const auto [name, is_long] = without_64(plain(requirement.name));
  if (is_long != (library.integers == "ilp64")) return false;
  // Of an interface there is no version: that of a library says nothing of it.
  if (is_one_of(name, k_interfaces))
    return requirement.version.empty() && library.provides.contains(name);
  return plain(library.name) == name && is_at_least(library.version, requirement.version);
}

bool serves(const FftLibrary& library, const LibraryRequirement& requirement) {
  const auto of_fftw =
      std::ranges::find(k_precisions, plain(requirement.name), &PrecisionOfFftw::library);
  if (of_fftw == k_precisions.end())
    return is_asked_for(library.name, library.version, requirement);
  return library.name == "fftw3" && library.precisions.contains(std::string(of_fftw->precision)) &&
         is_at_least(library.version, requirement.version);
}

bool serves(const NetworkLibrary& library, const LibraryRequirement& requirement) {
  return is_asked_for(library.name, library.version, requirement);
}

}  // namespace xaas
