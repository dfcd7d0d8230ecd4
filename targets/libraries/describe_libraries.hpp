// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host_probe.hpp"

namespace xaas {

/// What programs of the machine could be linked with: its MPIs, libraries of linear algebra and
/// Fourier transforms, and what MPIs reach networks through. Nothing is known of the libraries of a
/// saved tree without any folder of them. `target.gpus` is known by then: it decides which layer
/// Cray's MPI has for their memory.
void describe_libraries(const HostProbe& probe, Target& target);

}  // namespace xaas
