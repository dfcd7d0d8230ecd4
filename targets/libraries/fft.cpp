// SPDX-License-Identifier: Apache-2.0
#include "fft.hpp"

#include "opened_library.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace xaas {
namespace {

/// FFTW's functions of a precision begin so; MKL's and others' that stand for them, too.
struct Precision {
  std::string_view prefix;
  std::string_view name;
};
/// Others than FFTW, by what they alone export. A vendor's for GPUs has both precisions.
struct Maker {
  std::string_view symbol;
  std::string_view name;
  bool is_for_gpus;
};
// NOLINTBEGIN(modernize-use-designated-initializers): tables
constexpr auto k_precisions = std::to_array<Precision>({
    {"fftw_", "double"},
    {"fftwf_", "single"},
    {"fftwl_", "long-double"},
    {"fftwq_", "quad"},
});
constexpr auto k_makers = std::to_array<Maker>({
    {"DftiCreateDescriptor", "mkl", false},
    {"MKL_Get_Version_String", "mkl", false},
    {"armplversion", "armpl", false},
    {"armplversion_", "armpl", false},
    {"nvpl_fft_get_version", "nvpl", false},
    {"cufftPlanMany", "cufft", true},
    {"rocfft_plan_create", "rocfft", true},
});
// NOLINTEND(modernize-use-designated-initializers)
constexpr auto k_parts = std::to_array<std::string_view>(
    {"fft", "libmkl_rt", "libmkl_intel_", "libmkl_gf_", "libarmpl"});

std::string function_of(const Precision& precision, std::string_view rest) {
  return fmt::format("{}{}", precision.prefix, rest);
}

std::set<std::string, std::less<>> looked_for() {
  std::set<std::string, std::less<>> names;
  for (const Maker& maker : k_makers) names.emplace(maker.symbol);
  for (const Precision& precision : k_precisions) {
    for (const char* rest : {"plan_dft", "version", "init_threads"})
      names.insert(function_of(precision, rest));
  }
  return names;
}

bool has_in_any_precision(const OpenedLibrary& library, std::string_view function) {
  return std::ranges::any_of(k_precisions, [&](const Precision& precision) {
    return library.exports.contains(function_of(precision, function));
  });
}

std::string threading_of(const OpenedLibrary& library) {
  if (library.needs_openmp()) return "openmp";
  return has_in_any_precision(library, "init_threads") ? "pthreads" : "none";
}

/// FFTW's own version is a variable: "fftw-3.3.10-sse2-avx".
std::optional<FftLibrary> fftw_of_library(const OpenedLibrary& library) {
  FftLibrary fft{.name = "fftw3", .threading = threading_of(library)};
  for (const Precision& precision : k_precisions) {
    const auto version = library.exports.find(function_of(precision, "version"));
    if (version == library.exports.end()) continue;
    fft.version = version_behind(version->second, "fftw-");
    fft.precisions.emplace(precision.name);
  }
  if (fft.precisions.empty() || !has_in_any_precision(library, "plan_dft")) return {};
  return fft;
}

std::string version_of(const Maker& maker, const OpenedLibrary& library) {
  return maker.is_for_gpus || maker.name == "nvpl" ? version_in_file_name(library)
                                                   : version_in_folders(library.file, maker.name);
}

std::optional<FftLibrary> fft_of_maker(const Maker& maker, const OpenedLibrary& library) {
  FftLibrary fft{.name = std::string(maker.name), .version = version_of(maker, library)};
  if (maker.is_for_gpus) fft.precisions = {"double", "single"};
  for (const Precision& precision : k_precisions) {
    if (library.exports.contains(function_of(precision, "plan_dft")))
      fft.precisions.emplace(precision.name);
  }
  if (fft.precisions.empty()) return {};
  return fft;
}

std::optional<FftLibrary> fft_of_library(const OpenedLibrary& library) {
  const auto maker = std::ranges::find_if(k_makers, [&](const Maker& candidate) {
    return library.exports.contains(std::string(candidate.symbol));
  });
  auto fft = maker == k_makers.end() ? fftw_of_library(library) : fft_of_maker(*maker, library);
  if (!fft) return {};
  fft->soname = library.soname;
  fft->path = library.path;
  return fft;
}

struct Found {
  FftLibrary fft;
  std::string folder;
};

/// The file of double precision stands for all; of MKL's the one that needs no other at link time.
void merge(FftLibrary& into, FftLibrary other) {
  const bool is_whole = other.soname.starts_with("libmkl_rt.");
  if (other.precisions.contains("double") && (is_whole || !into.precisions.contains("double")))
    std::swap(into, other);
  into.precisions.merge(other.precisions);
  if (into.threading == "none") into.threading = std::move(other.threading);
}

void add(std::vector<Found>& found, Found next) {
  const auto same = std::ranges::find_if(found, [&](const Found& other) {
    return other.folder == next.folder && other.fft.name == next.fft.name &&
           other.fft.version == next.fft.version;
  });
  if (same == found.end()) {
    found.push_back(std::move(next));
  } else {
    merge(same->fft, std::move(next.fft));
  }
}

/// A library that brings threads to those beside it: libfftw3_omp, libfftw3_threads.
struct Threads {
  std::string folder;
  std::string threading;
};

/// OpenMP is what applications with OpenMP want.
void add_threads(const Threads& threads, std::vector<Found>& found) {
  for (Found& each : found) {
    if (each.folder != threads.folder || each.fft.name != "fftw3") continue;
    if (each.fft.threading != "openmp") each.fft.threading = threads.threading;
  }
}

}  // namespace

FftFacts find_fft(const HostProbe& probe, const LibrarySearch& search,
                  std::string_view architecture) {
  FftFacts facts;
  std::vector<Found> found;
  std::vector<Threads> threads;
  facts.problems = for_each_library(
      probe, search,
      {.architecture = architecture, .parts_of_names = k_parts, .symbols = looked_for()},
      [&](const OpenedLibrary& library) {
        const std::string folder(folder_in(library.file));
        if (auto fft = fft_of_library(library))
          add(found, {.fft = *std::move(fft), .folder = folder});
        if (has_in_any_precision(library, "init_threads"))
          threads.push_back({.folder = folder, .threading = threading_of(library)});
      });
  for (const Threads& each : threads) add_threads(each, found);
  for (Found& each : found) facts.libraries.push_back(std::move(each.fft));
  return facts;
}

}  // namespace xaas
