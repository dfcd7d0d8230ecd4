// SPDX-License-Identifier: Apache-2.0
#include "gpu_models.hpp"
#include "kernel_files.hpp"

#include "xaas/support/diagnostics.hpp"
#include "xaas/targets/target.hpp"

#include <utility>

namespace xaas {
namespace {

Error unknown_gpu(std::string_view name) {
  const auto near = near_names(name, gpu_architectures());
  return fail(ErrorKind::invalid_input, "`{}` is no architecture of GPUs that we know", name)
      .with_code("target.unknown-gpu")
      .with_help(near.empty() ? std::string("name it as compilers do: `sm_90`, `gfx90a`, `pvc`; "
                                            "four of them: `sm_90*4`; without GPUs: `none`")
                              : "did you mean `" + near.front() + "`?");
}

/// "sm_90*4": four GPUs of one architecture.
Result<Gpu> parse_gpu(std::string_view word) {
  static constexpr std::uint64_t k_most = 4096;
  const auto star = word.find('*');
  const std::string_view name = word.substr(0, star);
  Gpu gpu{.vendor = gpu_vendor_of_architecture(name), .architecture = std::string(name)};
  if (gpu.vendor.empty()) return unknown_gpu(name);
  if (star == word.npos) return gpu;
  const std::string_view text = word.substr(star + 1);
  const auto count = parse_number(text).value_or(0);
  if (count < 1 || count > k_most) {
    return fail(ErrorKind::invalid_input, "`{}` is no number of GPUs", text)
        .with_code("target.gpu-count")
        .with_help(fmt::format("a number from 1 to {}, as in `{}*4`", k_most, name));
  }
  gpu.count = static_cast<unsigned>(count);
  return gpu;
}

}  // namespace

Result<std::vector<Gpu>> parse_gpus(const std::vector<std::string>& words) {
  std::vector<Gpu> gpus;
  if (words == std::vector<std::string>{"none"}) return gpus;
  for (const std::string& word : words) {
    XAAS_TRY(auto gpu, parse_gpu(word));
    gpus.push_back(std::move(gpu));
  }
  return gpus;
}

void replace_gpus(Target& target, std::vector<Gpu> gpus) {
  target.gpus = std::move(gpus);
  target.origins["gpus"] = "user";
}

}  // namespace xaas
