// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "library_search.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace xaas {

struct FftFacts {
  std::vector<FftLibrary> libraries;
  std::vector<std::string> problems;  // sentences
};

/// Libraries of Fourier transforms among those of the search, in the loader's order; FFTW has a
/// file for each precision and others for threads, which are one entry here.
FftFacts find_fft(const HostProbe& probe, const LibrarySearch& search,
                  std::string_view architecture);

}  // namespace xaas
