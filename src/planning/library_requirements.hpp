// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/specializations/specialization.hpp"
#include "xaas/targets/machine.hpp"

#include <string_view>

namespace xaas {

/// Which list of a description tells of a library.
enum class LibraryList { none, blas, fft, interconnect };

/// By its name as specialization files write it: with "lib" or without, in any case, an interface
/// ("lapack") for whoever provides it.
LibraryList list_telling_of(std::string_view library);

/// Whether it is the library that is asked for, in a version that is known to be new enough. What
/// has 64-bit integers goes by names that end in 64, and others by none of these; each precision of
/// FFTW by its library's name ("fftw3f").
bool serves(const BlasLibrary& library, const LibraryRequirement& requirement);
bool serves(const FftLibrary& library, const LibraryRequirement& requirement);
bool serves(const NetworkLibrary& library, const LibraryRequirement& requirement);

}  // namespace xaas
