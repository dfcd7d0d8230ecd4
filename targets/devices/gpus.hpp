// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host_probe.hpp"

#include <optional>
#include <string>
#include <vector>

namespace xaas {

struct GpuFacts {
  std::optional<std::vector<Gpu>> gpus;  // empty: nothing could be found out; alike ones are one
  std::string origin;                    // "pci, kfd, nvidia-smi"
  std::vector<std::string> problems;     // sentences
};

/// The machine's GPUs, from what the kernel shows and, where it is there, what the vendor's tool
/// says; no vendor's library is loaded. A device without a driver that programs could use it by is
/// a problem, and no GPU.
GpuFacts find_gpus(const HostProbe& probe);

}  // namespace xaas
