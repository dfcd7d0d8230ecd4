// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host_probe.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace xaas {

/// What a vendor's tool says of the GPUs that this process may use, in the order of the bus. Fields
/// that it does not tell are empty.
struct GpuToolAnswer {
  std::string tool;  // its name; empty: the machine has none of the vendor's
  std::vector<Gpu> gpus;
  std::string problem;  // why there is no answer, as a sentence; empty: there is one
};

/// Asks the first tool of `vendor` that is there.
GpuToolAnswer ask_gpu_tool(const HostProbe& probe, std::string_view vendor);

/// The answers of `nvidia-smi --query-gpu=name,compute_cap,memory.total,driver_version
/// --format=csv,noheader,nounits`, `rocminfo`, `xpu-smi discovery --dump 2,16` (name, memory) and
/// `sycl-ls`. What does not look like one gives no GPU.
std::vector<Gpu> gpus_of_nvidia_smi(std::string_view answer);
std::vector<Gpu> gpus_of_rocminfo(std::string_view answer);
std::vector<Gpu> gpus_of_xpu_smi(std::string_view answer);
std::vector<Gpu> gpus_of_sycl_ls(std::string_view answer);

}  // namespace xaas
