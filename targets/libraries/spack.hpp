// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host_probe.hpp"

#include <string>
#include <vector>

namespace xaas {

struct SpackPrefixes {
  std::vector<std::string> prefixes;  // of packages with an MPI, BLAS, LAPACK or FFT
  std::vector<std::string> problems;  // sentences
};

/// What Spack has installed, by its databases: that of SPACK_ROOT or of the `spack` in PATH, the
/// folder that its configuration names for installations, and those of its upstreams.
SpackPrefixes find_spack_prefixes(const HostProbe& probe);

}  // namespace xaas
