// SPDX-License-Identifier: Apache-2.0
#include "gpu_option.hpp"

#include <CLI/CLI.hpp>

namespace xaas {

void add_gpu_option(CLI::App& app, std::vector<std::string>& words) {
  app.add_option("--gpu", words,
                 "The GPUs that the machine has, whatever is found out or its description says: "
                 "sm_90, four of them sm_90*4, or none")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("ARCH[*N][,...]|none");
}

}  // namespace xaas
