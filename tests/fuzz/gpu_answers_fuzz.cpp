// SPDX-License-Identifier: Apache-2.0

// What describes GPUs and comes from elsewhere: files of CDI, and what vendors' tools print.

#include "cdi.hpp"
#include "gpu_tools.hpp"
#include "property.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace xaas;
  const auto text = fuzzing::text_of(bytes, size);
  if (const auto file = read_cdi(text); !file) fuzzing::expect_clear(file.error());
  for (auto* read : {gpus_of_nvidia_smi, gpus_of_rocminfo, gpus_of_xpu_smi, gpus_of_sycl_ls}) {
    for (const Gpu& gpu : read(text))
      fuzzing::expect(!gpu.vendor.empty() && gpu.count == 1, "each GPU is one, of a vendor");
  }
  return 0;
}
