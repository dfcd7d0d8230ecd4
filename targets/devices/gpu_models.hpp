// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace xaas {

/// "nvidia", "amd" or "intel" for a PCI vendor that makes GPUs; empty for others.
std::string gpu_vendor_of_pci(std::uint32_t vendor);

/// What compilers call the architecture of a PCI device: "sm_90", "gfx90a", "pvc"; empty for a
/// device that is not in our tables. Sources: pci.ids 2023.04.11; NVIDIA, "CUDA GPUs", the driver's
/// list of supported GPUs (580) and gpu-admin-tools' of chips; Linux 6.14, drm/intel/pciids.h and
/// amdgpu_drv.c. Intel's names are those of `ocloc` and DPC++, with an underscore.
std::string gpu_architecture_of_pci(std::string_view vendor, std::uint32_t device);

/// All that a program may be compiled for: sm_* and gfx* as LLVM 22 knows them, Intel's discrete
/// GPUs.
const std::vector<std::string>& gpu_architectures();

/// "nvidia" for "sm_90"; empty for what is not among gpu_architectures().
std::string gpu_vendor_of_architecture(std::string_view architecture);

/// "gfx90a" for the kernel's `gfx_target_version` 90010 (Linux, drivers/gpu/drm/amd/amdkfd:
/// major * 10000 + minor * 100 + stepping); empty for 0, which processors have.
std::string gpu_architecture_of_kfd(std::uint64_t gfx_target_version);

/// "sm_90" for a compute capability "9.0"; empty for anything else.
std::string gpu_architecture_of_capability(std::string_view capability);

}  // namespace xaas
